"""Signals of this room; receivers run in the sender's transaction. Each has the Session as its sender."""

from blinker import signal

# campaign=CultureCampaign, tokens=dict[int, str]: person id -> the token of a new link that answers for them.
campaign_opened = signal("culture-campaign-opened")
invitees_reminded = signal("culture-invitees-reminded")
# campaign=CultureCampaign. Mails with links that wait are of no use any more.
campaign_closed = signal("culture-campaign-closed")
