"""Keys for webhooks, in the forms that receivers' libraries know."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from openanpr.wire.device_key import DeviceKey, DeviceKeyError
from openanpr.wire.webhook_signer import Ed25519Signer, WebhookKeyError, shared_secret

# The example of the Svix server, which the libraries of Standard Webhooks test themselves by.
PRIVATE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
CONTENT = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
SIGNATURE = "hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="


def test_the_signature_is_that_of_the_published_example() -> None:
    signer = Ed25519Signer.parse(PRIVATE)
    assert (signer.scheme, signer.public) == ("v1a", PUBLIC)
    assert base64.b64encode(signer.sign(CONTENT)).decode() == SIGNATURE


def test_a_key_without_its_public_half_is_the_same_key() -> None:
    seed = base64.b64encode(base64.b64decode(PRIVATE.removeprefix("whsk_"))[:32]).decode()
    assert Ed25519Signer.parse(f"  whsk_{seed}\n").public == PUBLIC


def test_a_key_may_lie_in_a_file_that_only_its_owner_can_read(tmp_path) -> None:
    path = tmp_path / "webhook.key"
    DeviceKey.generate().write(path)
    signer = Ed25519Signer.read(path)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(signer.public.removeprefix("whpk_")))
    public.verify(signer.sign(CONTENT), CONTENT)
    path.chmod(0o644)
    with pytest.raises(DeviceKeyError, match="open to others"):
        Ed25519Signer.read(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PUBLIC,
        PRIVATE.removeprefix("whsk_"),
        PRIVATE[:-4],
        PRIVATE.replace("Kvg==", "Kvw=="),
        "whsk_!!!!",
        "whsk_",
        "whsk_" + base64.b64encode(bytes(64)).decode(),
    ],
)
def test_what_is_no_private_key_is_refused_and_not_shown(text) -> None:
    with pytest.raises(WebhookKeyError) as refused:
        Ed25519Signer.parse(text)
    assert len(text) < 10 or text[5:] not in str(refused.value)


def test_a_signer_shows_nothing_of_its_key() -> None:
    assert "6Xb" not in repr(Ed25519Signer.parse(PRIVATE))


def test_a_shared_secret_is_taken_from_its_text() -> None:
    assert shared_secret("whsec_" + base64.b64encode(bytes(24)).decode()) == bytes(24)


@pytest.mark.parametrize("text", ["whsec_%", "whsec_", PRIVATE, "whsec_" + "A" * 88, "whsec_" + "A" * 28])
def test_a_secret_of_another_length_or_form_is_refused(text) -> None:
    with pytest.raises(WebhookKeyError):
        shared_secret(text)
