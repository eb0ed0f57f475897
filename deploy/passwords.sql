-- Run once by the database container, after homelog/roles.sql: the passwords that the site and `migrate` come with.
\set owner_password `cat /secrets/database/owner_password`
\set app_password `cat /secrets/database/app_password`
ALTER ROLE homelog_owner PASSWORD :'owner_password';
ALTER ROLE homelog_app PASSWORD :'app_password';
