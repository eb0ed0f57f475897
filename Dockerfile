# The site as an image: code, dependencies and collected static files, run by an unprivileged user.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin homelog
WORKDIR /app

COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore --requirement requirements.txt

COPY . ./
# Settings want these; nothing here is kept in the image or connected to.
RUN SECRET_KEY=thrown-away-after-collecting-static-files-in-this-step \
    ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgresql://homelog_app@localhost/homelog \
    python manage.py collectstatic --noinput \
    && install --directory --owner homelog --group homelog var/media

USER homelog
ENV HOMELOG_BIND=0.0.0.0:8000
EXPOSE 8000
# Any answer below 500 counts: a host name that is not served and a redirect to HTTPS are answers of a living site.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0].strip().lstrip('.')}); sys.exit(c.getresponse().status >= 500)"]
CMD ["gunicorn", "--config", "homelog/gunicorn.conf.py", "homelog.wsgi"]
