"""Stores, and PyTorch's at the other end of the wire."""

import contextlib
import socket
import threading
from datetime import timedelta

import pytest
import torch
import torch.distributed
import vibetensor.torch as vt
from launched import free_port

SHORT = timedelta(milliseconds=150)
SIDES = {"vibetensor": vt.distributed, "pytorch": torch.distributed}


def use(store):
    """What a client sees of everything that a store does."""
    store.set_timeout(SHORT)
    store.set("k", "v")
    seen = [store.get("k"), store.add("n", 5), store.add("n", -2), store.get("n")]
    seen += [store.compare_set("k", "v", "w"), store.compare_set("k", "v", "x"), store.compare_set("new", "", "y")]
    seen += [store.check(["k", "n"]), store.check(["k", "absent"]), store.delete_key("k"), store.delete_key("k")]
    store.append("long", "ab")
    store.append("long", b"\0c")
    store.multi_set(["p", "q"], ["1", "2"])
    seen += [store.get("long"), store.multi_get(["p", "q"]), store.has_extended_api()]
    store.wait(["p", "q"])
    for timeout in ([SHORT], []):
        with pytest.raises(RuntimeError, match=r"(?i)wait timeout"):
            store.wait(["absent"], *timeout)
    seen.append(store.get("q"))  # the connection still says what is asked
    return seen


@pytest.mark.parametrize("client", SIDES)
@pytest.mark.parametrize("server", SIDES)
def test_both_sides_of_the_wire(server, client):
    served = SIDES[server].TCPStore("127.0.0.1", 0, None, True, wait_for_workers=False)
    store = SIDES[client].TCPStore("127.0.0.1", served.port, None, False, timeout=SHORT, wait_for_workers=False)
    expected = use(torch.distributed.HashStore())
    assert use(store) == expected
    assert served.get("q") == b"2"  # the server's own client


def test_every_store_does_the_same(tmp_path):
    expected = use(torch.distributed.HashStore())
    for store in (vt.distributed.HashStore(), vt.distributed.FileStore(str(tmp_path / "store"), 1)):
        store.set_timeout(SHORT)
        assert use(store) == expected
        assert use(vt.distributed.PrefixStore("before", store)) == expected


@pytest.mark.parametrize("client", SIDES)
def test_a_wait_ends_when_somebody_sets_the_key(client):
    served = vt.distributed.TCPStore("127.0.0.1", 0, None, True, wait_for_workers=False)
    store = SIDES[client].TCPStore("127.0.0.1", served.port, None, False, wait_for_workers=False)
    threading.Timer(0.1, lambda: served.set("late", "came")).start()
    assert store.get("late") == b"came"


def test_the_server_awaits_its_clients():
    port = free_port()
    made = []
    clients = [
        threading.Thread(
            target=lambda d=d: made.append(d.TCPStore("127.0.0.1", port, 3, False, timeout=timedelta(seconds=10)))
        )
        for d in SIDES.values()
    ]
    for client in clients:
        client.start()
    served = vt.distributed.TCPStore("127.0.0.1", port, 3, True, timeout=timedelta(seconds=10))
    for client in clients:
        client.join()
    assert len(made) == 2 and served.num_keys() >= 1
    with pytest.raises(vt.distributed.DistStoreError, match="1/2 clients joined"):
        vt.distributed.TCPStore("127.0.0.1", 0, 2, True, timeout=SHORT)


def test_nobody_listens_and_a_port_is_taken():
    with pytest.raises(vt.distributed.DistNetworkError, match="timed out"):
        vt.distributed.TCPStore("127.0.0.1", free_port(), 1, False, timeout=SHORT)
    served = vt.distributed.TCPStore("127.0.0.1", 0, None, True, wait_for_workers=False)
    with pytest.raises(vt.distributed.DistNetworkError, match="cannot listen"):
        vt.distributed.TCPStore("127.0.0.1", served.port, None, True, wait_for_workers=False)


def test_what_is_no_client_is_sent_away():
    served = vt.distributed.TCPStore("127.0.0.1", 0, None, True, wait_for_workers=False)
    for data in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0\0\0\0\0",
        b"\0\xce\xf7\x85<\x03" + b"\xff" * 8,
        b"\0\xce\xf7\x85<\x77",
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=5) as s:
            s.sendall(data)
            with contextlib.suppress(ConnectionResetError):  # it did not read all of it
                assert s.recv(16) == b""
    served.set("a", "still here")
    assert served.get("a") == b"still here"
