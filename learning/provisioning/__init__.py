"""People and positions kept by the agency's own systems, over SCIM 2.0, and the tokens that let those systems in.

``resources`` is what SCIM shows, ``people`` and ``groups`` what it changes, ``scim_views`` its addresses.
"""
