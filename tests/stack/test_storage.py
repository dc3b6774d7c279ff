import boto3
import pytest

from jupyter_mesh.errors import ConfigError
from jupyter_mesh.stack import Stack
from jupyter_mesh.stack.storage import Storage


@pytest.fixture
def stack(tmp_path):
    """A stack with an object store; stopped at the end."""
    found = Stack(tmp_path / "stack", tmp_path / "cache", kinds={"s3": Storage()})
    yield found
    found.down()


def client(facts):
    return boto3.client(
        "s3",
        endpoint_url=facts["endpoint"],
        region_name=facts["region"],
        aws_access_key_id=facts["access_key"],
        aws_secret_access_key=facts["secret_key"],
    )


def test_its_buckets_are_there_and_objects_come_and_go(stack):
    at = stack.up(["s3"])["s3"]
    store = client(at.facts)
    names = {bucket["Name"] for bucket in store.list_buckets()["Buckets"]}
    assert names == {at.facts["bucket"], at.facts["spooling_bucket"]}
    store.put_object(Bucket="warehouse", Key="a/b c", Body=b"x" * 1_000_000)
    assert store.get_object(Bucket="warehouse", Key="a/b c")["Body"].read() == b"x" * 1_000_000
    # Requests would fill the disk in time.
    assert stack.logs("s3") == []


def test_what_lay_in_it_is_gone_with_it_and_its_address_stays(stack):
    first = stack.up(["s3"])["s3"]
    client(first.facts).put_object(Bucket="warehouse", Key="a", Body=b"x")
    stack.down()
    second = stack.up(["s3"])["s3"]
    assert second.url == first.url
    assert client(second.facts).list_objects_v2(Bucket="warehouse")["KeyCount"] == 0


def test_a_missing_package_is_named(stack, monkeypatch):
    monkeypatch.setattr("jupyter_mesh.stack.storage.find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="moto is missing"):
        stack.up(["s3"])
