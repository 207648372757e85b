"""Sockets to listen on: a port, or a file that only its owner can open. Made before any thread begins."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import socket
import ssl
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_BACKLOG = 1024
_OWNER_ONLY = 0o600
_FOLDER_MODE = 0o700


class ServeError(Exception):
    """The server cannot listen as told; the sentence says what to change."""


def listen_tcp(host: str, port: int, *, secured: bool) -> socket.socket:
    """Return a listening socket; raises ServeError: the port is taken, or the address open and not secured.

    Without TLS only this machine's own addresses (loopback) are listened on; no setting changes that.
    """
    family, address = _resolved(host, port)
    if not secured and not ipaddress.ip_address(address[0].partition("%")[0]).is_loopback:
        raise ServeError(
            f"{host} can be reached from other machines: give a certificate and its key, or take 127.0.0.1"
        )
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it. Else an answer's body waits up to 40 ms for its head to be acknowledged.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as fault:
        listener.close()
        raise ServeError(f"cannot listen on {host} port {port}: {fault.strerror}") from fault
    return listener


def listen_socket(path: Path) -> socket.socket:
    """Return a listening socket in the file `path`, of mode 0600 in a folder of mode 0700.

    A socket file that nobody listens on is replaced. Raises ServeError: another process listens there, the
    file is no socket, or others may enter the folder.
    """
    try:
        path.parent.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
        with _locked(path.parent):
            _clear(path)
            return _bound(path)
    except OSError as fault:
        raise ServeError(f"cannot listen on {path}: {fault.strerror or fault}") from fault


def take_down(path: Path, inode: int) -> None:
    """Remove the file of a socket, unless another has taken its place."""
    with suppress(FileNotFoundError):
        if path.lstat().st_ino == inode:
            path.unlink()


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return TLS 1.2 or newer with the node's certificate; raises ServeError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    try:
        # The password is for a key that is encrypted: better an error than a question that nobody answers.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ssl.SSLError) as fault:
        raise ServeError(
            f"the certificate or its key cannot be used ({type(fault).__name__}): both must be PEM, the key "
            "not encrypted and the one that the certificate is for"
        ) from fault
    return context


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    if not host:
        raise ServeError("name the address to listen on, such as 127.0.0.1")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, OverflowError) as fault:
        raise ServeError(f"{host} port {port} is no address of this machine") from fault
    return found[0], (str(found[4][0]), int(found[4][1]))


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    """Hold a folder that is ours alone, so that two starts at once do not clear away each other's socket."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & ~_FOLDER_MODE:
            raise ServeError(f"{folder} must belong to the user that runs this program and have mode 0700")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _clear(path: Path) -> None:
    """Remove a socket file that nobody listens on."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(status.st_mode):
        raise ServeError(f"{path} is there and no socket: move it away")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise ServeError(f"another process listens on {path}: stop it first")


def _bound(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(_OWNER_ONLY)  # before anyone can connect, for it does not listen yet
        listener.listen(_BACKLOG)
    except BaseException:  # whatever stopped it, the socket is let go
        listener.close()
        raise
    return listener
