"""`manage.py up`: one process that starts the others, passes on what they say, and brings back what dies.

`child.py` is one process with all that it starts; `house.py` is all of them together; `watchdog.py` sees what looks alive
and is not; `undertaker.py` ends everything when the supervisor itself is killed; `refusals.py` says why it cannot start.
"""
