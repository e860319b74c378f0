"""Boots the box that provision made, and asks it.

Usage: box.py EMULATOR WORK, as root, in a network namespace of its own. EMULATOR: a root with qemu, in
which WORK is the folder work: vmlinuz, initrd, root.img, home.img.
"""

import http.client
import json
import re
import ssl
import subprocess
import sys
import time

import world

# Its processor is emulated, as not every machine that runs this lends its own: some minutes on a busy one.
PATIENCE = 900
# Its clock counts what it has computed, at most a nanosecond each, so that what it waits for itself does
# not depend on how busy this machine is. It is late then, which no token minds.
PROCESSOR = ["-accel", "tcg", "-icount", "shift=0", "-cpu", "max", "-smp", "1"]


def until(what, look, machine):
    """Waits for a state, for as long as the machine is on."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if machine.poll() is not None:
            raise SystemExit(f"image: the box went off before: {what}")
        try:
            seen = look()
        except (OSError, http.client.HTTPException):
            seen = None
        if seen:
            return seen
        time.sleep(0.2)
    raise SystemExit(f"image: not within {PATIENCE} s: {what}")


def check(holds, what):
    if not holds:
        raise SystemExit(f"image: not so: {what}")
    print(f"image: {what}", file=sys.stderr)


class Machine:
    """The box, as EC2 would run it: disks are NVMe, the home's with the volume's id for a serial."""

    def __init__(self, emulator, work):
        self.console = f"{work}/console"
        serial = world.VOLUME.replace("-", "")
        disk = "if=none,format=raw,discard=unmap"
        forward = "".join(f",hostfwd=tcp:127.0.0.1:{port}-:{port}" for port in (443, 8080, 8081))
        command = ["chroot", emulator, "qemu-system-x86_64", "-M", "q35", "-m", "2048", *PROCESSOR]
        command += ["-display", "none", "-no-reboot", "-nodefaults"]
        command += ["-serial", "file:/machine/console", "-kernel", "/machine/vmlinuz", "-initrd", "/machine/initrd"]
        command += ["-append", "root=/dev/nvme0n1 ro console=ttyS0 systemd.journald.forward_to_console=1"]
        command += ["-drive", f"{disk},id=root,file=/machine/root.img", "-device", "nvme,drive=root,serial=root"]
        command += ["-drive", f"{disk},id=home,file=/machine/home.img", "-device", f"nvme,drive=home,serial={serial}"]
        command += ["-netdev", f"user,id=net{forward}", "-device", "virtio-net-pci,netdev=net"]
        self.process = subprocess.Popen(command)

    def poll(self):
        return self.process.poll()

    def end(self):
        self.process.kill()
        self.process.wait()


class Box:
    """What a browser and the control plane see of it."""

    def __init__(self, certificate):
        self.tls = ssl.create_default_context(cadata=certificate)
        self.cookies = ""

    def get(self, path, method="GET", headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", 443, timeout=20, context=self.tls)
        # By its name, as the certificate has it.
        connection._create_connection = lambda *rest, **more: http.client.socket.create_connection(
            ("127.0.0.1", 443), 20
        )
        connection.host = world.HOST
        connection.request(method, path, headers={"Cookie": self.cookies} | (headers or {}))
        answer = connection.getresponse()
        return answer, answer.read().decode(errors="replace")

    @staticmethod
    def probe(path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", 8081, timeout=20)
        connection.request("POST" if body else "GET", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def open(self, ticket):
        """Its cookies, once it takes a ticket: one of the second of its boot is refused."""
        answer, _ = self.get(f"/_hotdesk/open?ticket={ticket}")
        if answer.status == 303:
            given = answer.headers.get_all("Set-Cookie")
            self.cookies = "; ".join(cookie.split(";")[0] for cookie in given)
        return answer.status == 303


def prove(machine, metadata, vault, logs, control):
    box = Box(vault.certificate)
    last = {}

    def ready():
        last["status"], last["said"] = box.probe("/ready")
        return last["status"] == 200

    started = time.monotonic()
    until("a box that is ready", ready, machine)
    check(True, f"the box was ready {time.monotonic() - started:.0f} s after its start: {last['said']}")
    check(not metadata.unasked and not vault.refused, "it asked as AWS wants to be asked")
    check(box.get("/")[0].status == 401, "nginx answers with the certificate of the secret, and lets nobody in")

    until("somebody is let in", lambda: box.open(control.ticket("alice")), machine)
    check("__Host-" in box.cookies, "a ticket opens it, and its cookies are those of TLS")
    check(box.get("/version")[0].status == 503, "before the home is there, the editor is closed")

    def home():
        status, said = box.probe("/home", control.home("alice"))
        return status == 200 and json.loads(said)["stage"] == "mounted"

    until("the home of its user on a new disk", home, machine)
    document = until("the workbench", lambda: box_document(box), machine)
    script = re.search(r"<script defer src=\"/_hotdesk/heartbeat.js\"[^>]*>", document)
    check(
        script is not None
        and f'data-instance="{world.INSTANCE}"' in script[0]
        and 'data-user="alice"' in script[0]
        and 'data-interval="7"' in script[0],
        "the workbench has the heartbeat",
    )
    origin = {"Origin": f"https://{world.HOST}", "Sec-Fetch-Site": "same-origin"}
    answer, _ = box.get("/_hotdesk/ping", "POST", origin)
    check(
        answer.headers["Heartbeat"] == "noted" and control.pings == ["Bearer seat"],
        "a heartbeat reaches the control plane",
    )
    until("the journal in the log group", lambda: any('what="open"' in said for said in logs.messages), machine)
    check(
        not logs.refused and not any("ticket=" in said for said in logs.messages),
        "its journal is kept, with who opened it, and without tickets",
    )


def box_document(box):
    answer, body = box.get("/?folder=/home/developer/workspace")
    return body if answer.status == 200 and "vscode" in body else None


def main():
    emulator, work = sys.argv[1:]
    for command in (
        "ip link set lo up",
        *(
            f"ip address add {server}/32 dev lo"
            for server in (world.METADATA, world.NAMES, world.CONTROL, world.VAULT, world.LOGS)
        ),
    ):
        subprocess.run(command.split(), check=True)
    # The emulator passes questions for names on to whom it finds there.
    with open(f"{emulator}/etc/resolv.conf", "w") as resolver:
        print("nameserver", world.NAMES, file=resolver)
    metadata, vault, logs, control = world.start(work)
    machine = Machine(emulator, work)
    try:
        prove(machine, metadata, vault, logs, control)
    except BaseException:
        with open(machine.console, errors="replace") as console:
            print(*console.readlines()[-80:], sep="", file=sys.stderr)
        raise
    finally:
        machine.end()


main()
