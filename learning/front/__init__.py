"""The start page, the learner's own record, navigation and the accessibility statement."""
