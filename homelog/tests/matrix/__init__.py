"""Who may do what at every address: one table, tried against the site and printed as docs/access-matrix.md.

A new address fails `homelog/tests/test_access_matrix.py` until it has its lines. To add them:

1. Write a line for each method of the address into the table of its app (`of_accounts`, `of_sources`, `of_readings`,
   `of_audit`), in plain words:

       Line("sources:rule_list", "GET", "Read the rules", of="source", least="admin"),
       Line("sources:rule_list", "POST", "Add a rule", of="source", least="admin",
            body=lambda h, who: {"max_value": "99999", "on_violation": "flag"}, changes="data_validator"),

   `of` and `least` say who comes in: people below `least` meet 403, those without any right 404, whoever is not signed
   in the sign-in page. `but` names the visitors that are an exception, with their status. A refused POST is sent the
   very body that succeeds for those who may; `changes` names the tables that it may then change, and must.
   Two cases of one address (a reading of one's own, somebody else's) are two lines that differ in `keys`.
2. A key in the address that `Household.keys` does not know is added there, with a thing of Alice's behind it.
3. `.venv/bin/python -m homelog.tests.matrix` writes docs/access-matrix.md anew.

A model or page that is new in Django admin gets its line in `of_admin`.
What the database says alone is in `homelog/tests/test_access_database.py`: a new table needs its entry there.
"""
