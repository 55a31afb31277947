"""Sign-in, accounts, roles, the policy, the guards of views and the audit trail.

The face of the room: ``policy.may`` (pure), ``guard.public / signed_in / requires``, ``audit.record``, and
``sign_in.check_password`` and ``set_password``.
"""
