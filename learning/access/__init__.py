"""Who may come in and what they may do: sign-in, policy, guards on views, roles, the audit trail."""
