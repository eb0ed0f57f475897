"""What is added is added to its days: of a meter that tells its value every minute, a day has 1,440 readings, and each
of them had the whole day worked out anew. What is changed or taken away still does.
"""

import importlib

from django.db import migrations

before = importlib.import_module("readings.migrations.0018_sums_have_no_readings")
FORMER = before.FORMER.replace(before.FOUND, before.FOUND + before.REFUSE)
ANEW = """        ELSE
            zone := source_zone(part.source);
"""
ADDED = """        ELSIF TG_OP = 'INSERT' THEN
            zone := source_zone(part.source);
            INSERT INTO reading_day AS kept (source_id, day, count, total, low, high, estimated, doubtful)
            SELECT part.source, (recorded_at AT TIME ZONE zone)::date, count(*), sum(value), min(value), max(value),
                bool_or(quality_flag = 'estimated'), bool_or(quality_flag = 'questionable')
            FROM touched WHERE source_id = part.source AND quality_flag <> 'bad' AND zone IS NOT NULL GROUP BY 2
            ON CONFLICT (source_id, day) DO UPDATE SET
                count = kept.count + EXCLUDED.count, total = kept.total + EXCLUDED.total,
                low = least(kept.low, EXCLUDED.low), high = greatest(kept.high, EXCLUDED.high),
                estimated = kept.estimated OR EXCLUDED.estimated, doubtful = kept.doubtful OR EXCLUDED.doubtful;
"""


class Migration(migrations.Migration):
    dependencies = [("readings", "0021_files_waiting")]

    operations = [migrations.RunSQL(FORMER.replace(ANEW, ADDED + ANEW), FORMER)]
