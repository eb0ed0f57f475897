"""The operations of the API on readings, use, meter changes, export and import, with the forms and doors of the pages.

told.py      what is told of a reading, and what is sent for one
forms.py     the forms of the pages, in which a program fills an instant in, not a clock on the wall
writing.py   one reading written down, or found to be there: 201, 200, 409, 422
readings.py  list, write, many at once, correct, delete
ingest.py    what a gadget sends: a meter number, a value
use.py       what was used per day, week, month or year
changes.py   meter changes
files.py     export and import
"""
