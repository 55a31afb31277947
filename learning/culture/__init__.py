"""The innovation culture compass: a conversation tool that asks everybody, and can tell nobody's answer.

``anonymity`` decides what may be shown, ``figures`` turns it into what is read; both are pure. ``campaigns`` makes,
opens and closes, ``answering`` takes answers in. Nothing here knows who answered what, not even while it is open.
"""
