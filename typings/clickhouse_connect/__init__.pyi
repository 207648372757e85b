# The part of clickhouse-connect that we use, typed: its own signatures leave some open (pyright is strict).

from clickhouse_connect.driver.client import Client

def get_client(
    *,
    host: str,
    port: int,
    secure: bool,
    database: str,
    username: str,
    password: str,
    connect_timeout: int,
    send_receive_timeout: int,
    autogenerate_session_id: bool,
) -> Client: ...
