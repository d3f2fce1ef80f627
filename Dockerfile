# The image of site, worker and scheduler. Built in two stages; runs as a user of its own, without a compiler.
FROM python:3.13-slim-bookworm AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements/uv.txt requirements/runtime.txt ./
RUN python -m venv /opt/tillhouse \
    && python -m pip install --quiet --require-hashes -r uv.txt \
    && uv pip install --quiet --python /opt/tillhouse/bin/python --require-hashes --no-cache -r runtime.txt

FROM python:3.13-slim-bookworm
ENV PATH=/opt/tillhouse/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TILLHOUSE_VAR=/var/lib/tillhouse
RUN useradd --uid 10001 --create-home --home-dir /var/lib/tillhouse tillhouse
WORKDIR /srv/tillhouse
COPY --from=build /opt/tillhouse /opt/tillhouse
COPY manage.py ./
COPY config config
COPY apps apps
COPY static static
COPY docs/api/events docs/api/events
# Static files are gathered at build time; the secret exists for this one command only.
RUN TILLHOUSE_ENV=production SECRET_KEY=gathers-static-files-and-signs-nothing-at-all ALLOWED_HOSTS=build \
    TILLHOUSE_FIELD_KEYS=c2VhbHMgbm90aGluZywgb25seSBnYXRoZXJzIGZpbGU= DATABASE_URL=sqlite:////tmp/none TILLHOUSE_VAR=/tmp python manage.py collectstatic --noinput --verbosity 0
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
CMD ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2"]
