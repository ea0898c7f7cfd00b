# One image for the four services, the scenario and the one-shot preparation: docker run landfall services.records
# It holds no secret, runs as an ordinary user, and needs to write nowhere but into the folder for keys, once.

FROM python:3.11-slim AS packages
COPY requirements.txt /build/requirements.txt
RUN python -m venv /opt/landfall/python \
    && /opt/landfall/python/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r /build/requirements.txt

FROM python:3.11-slim
# The folders for keys are made here because a new volume takes over the owner and the mode of what it covers.
RUN groupadd --gid 10001 landfall \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin landfall \
    && install -d -m 0700 -o landfall -g landfall /var/lib/landfall/keys /var/lib/landfall/keys/records /var/lib/landfall/keys/handover
COPY --from=packages /opt/landfall/python /opt/landfall/python
WORKDIR /opt/landfall/checkout
COPY contracts contracts
COPY chassis chassis
COPY trust trust
COPY services services
COPY simulators simulators
COPY landfall landfall
ENV PATH=/opt/landfall/python/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
# A checkout made under a strict umask would be unreadable to the user below, who cannot write bytecode either.
RUN chmod -R a+rX . && python -m compileall -q .
USER 10001:10001
ENTRYPOINT ["python", "-m"]
