# One image for every service of docker-compose.yml.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc pkg-config default-libmysqlclient-dev \
 && rm -rf /var/lib/apt/lists/*
COPY requirements/base.txt requirements/mysql.txt /requirements/
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir -r /requirements/base.txt -r /requirements/mysql.txt

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libmariadb3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 platewatch \
 && install -d -o platewatch -g platewatch /data /data/media
COPY --from=build /venv /venv
COPY --chown=platewatch:platewatch . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 MEDIA_ROOT=/data/media
RUN SECRET_KEY=only-for-this-build python manage.py collectstatic --noinput
USER platewatch
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["daphne", "-b", "0.0.0.0", "-p", "8000", "anpr_site.asgi:application"]
