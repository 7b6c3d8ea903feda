"""A server that speaks S3, for the tests of this process, and buckets in it."""

from __future__ import annotations

import atexit
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-west-2"
_numbers = itertools.count()


@cache
def server() -> ThreadedMotoServer:
    """Started once, and gone with the process. What is asked of S3 from now on is asked of it."""
    started = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    started.start()
    atexit.register(started.stop)
    host, started._port = started.get_host_and_port()  # the same again after `away`
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://{host}:{started._port}",
    }
    return started


@cache
def client() -> Any:
    """To look into buckets from outside."""
    server()
    return boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name=REGION)


def new_bucket() -> str:
    """The name of an empty bucket."""
    name = f"bucket-{next(_numbers)}"
    client().create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def keys(bucket: str) -> list[str]:
    """Of all that is in it, unfinished uploads too."""
    unfinished = client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    objects = client().list_objects_v2(Bucket=bucket).get("Contents", [])
    return sorted(each["Key"] for each in (*objects, *unfinished))


@contextmanager
def away() -> Iterator[None]:
    """Nobody answers meanwhile; afterwards everything is as it was."""
    server().stop()
    try:
        yield
    finally:
        server().start()
