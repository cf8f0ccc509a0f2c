"""What a Python program does with a router, told as JSON: run by clients.spec.ts."""

import json
import sys

from librouteros import connect
from librouteros.exceptions import LibRouterosError, TrapError
from librouteros.login import plain, token
from librouteros.query import And, Key, Or

port, method, secret = int(sys.argv[1]), {"plain": plain, "token": token}[sys.argv[2]], sys.argv[3]


def log_in(password):
    return connect(
        host="127.0.0.1",
        port=port,
        username="admin",
        password=password,
        encoding="UTF-8",
        login_method=method,
    )


api = log_in(secret)
said = {}

vlans = api.path("interface", "vlan")
ids = [vlans.add(name=f"v{n}", interface="ether1", **{"vlan-id": n}) for n in range(1, 6)]
vlans.update(**{".id": ids[0], "comment": "Büro Москва", "disabled": True})
vlans.remove(ids[3], ids[4])
said["ids"] = ids
said["vlans"] = [
    {key: row.get(key) for key in ("name", "vlan-id", "comment", "disabled")} for row in vlans
]

name, vlan_id = Key("name"), Key("vlan-id")
said["or"] = [row["name"] for row in vlans.select(name).where(Or(name == "v1", name == "v3"))]
said["and"] = [row["name"] for row in vlans.select(name).where(And(vlan_id > 1, name != "v3"))]
said["in"] = [row["name"] for row in vlans.select(name).where(name.In("v2", "v3", "v9"))]
said["empty"] = list(api.path("ip", "route"))
said["identity"] = list(api("/system/identity/print"))
said["count"] = list(api.rawCmd("/interface/vlan/print", "=count-only="))

said["traps"] = []
for command in ("/ip/nothing/print", "/interface/vlan/dance"):
    try:
        list(api(command))
    except TrapError as error:
        said["traps"].append([error.category, error.message])
try:
    vlans.remove("*FFFF")
except TrapError as error:
    said["traps"].append([error.category, error.message])

said["long"] = len(next(iter(api("/interface/vlan/print", **{"from": ids[1]})), {}))
vlans.update(**{".id": ids[1], "comment": "x" * 20000})
said["comment"] = [len(row["comment"]) for row in vlans.select(Key("comment")).where(name == "v2")]
api.close()

try:
    log_in("wrong")
except LibRouterosError as error:
    said["refused"] = [type(error).__name__, str(error)]

print(json.dumps(said))
