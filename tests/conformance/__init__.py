"""What every platform's adapter, and every connector, has to keep.

A platform is added by one line in `subjects.SUBJECTS`, its connector by one line in `writers.WRITERS`.
"""
