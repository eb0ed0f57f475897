# The site as an image: code, dependencies and collected static files, run by an unprivileged user.
FROM python:3.11-slim-trixie

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin homelog
# pg_dump and pg_restore of the server's version, for manage.py backup and restore.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
WORKDIR /app

COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore --requirement requirements.txt

COPY . ./
# Settings want these; nothing here is kept in the image or connected to.
RUN SECRET_KEY=thrown-away-after-collecting-static-files-in-this-step \
    ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgresql://homelog_app@localhost/homelog \
    python manage.py collectstatic --noinput \
    && install --directory --owner homelog --group homelog var/media /backups /secrets /secrets/site /secrets/database

USER homelog
ENV HOMELOG_BIND=0.0.0.0:8000
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import sys, urllib.request as r; sys.exit(r.urlopen('http://127.0.0.1:8000/healthz', timeout=4).status != 200)"]
CMD ["gunicorn", "--config", "homelog/gunicorn.conf.py", "homelog.wsgi"]
