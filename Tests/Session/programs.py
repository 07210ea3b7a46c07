"""Real programs under od: started until they are ready, killed, restarted, stopped; nothing of them is left."""
import glob
import grp
import os
import pwd
import shutil
import signal
import socket
import urllib.request

from ready import free_port, up
from terminal import wait
from world import Skipped


def answers(port, path="/"):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.read()
    except OSError:
        return None


def talks(port, words, wanted):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(words)
            return wanted in line.recv(100)
    except OSError:
        return False


def goes_through_life(world, label, serves, crash=True):
    """Ready means that it serves; it comes back after a crash and a restart, and a stop leaves nothing."""
    name = label.partition("#")[0]
    first = world.becomes(label, "online", 30)["pid"]
    assert serves(), f"{label} is online and does not serve"
    if crash:
        os.kill(first, signal.SIGKILL)
        wait("it was killed", lambda: world.pids()[label] not in (None, first))
        world.becomes(label, "online", 60)
        assert serves(), f"{label} is online after a crash and does not serve"
    before = world.becomes(label, "online")["pid"]
    world.run("restart", name, "--wait")
    assert serves() and world.pids()[label] != before
    world.run("stop", name)
    one = world.list()[label]
    assert one["status"] == "stopped" and not serves(), one
    world.ends()
    return one["exit"]


def session_node_app_of_pm2(world):
    port = free_port()
    app = world.file("app.js", f"""
        const server = require('http').createServer((q, a) => a.end('hello'));
        server.listen({port}, '127.0.0.1', () => process.send('ready'));
        process.on('message', m => {{ if (m === 'shutdown') server.close(() => process.exit(0)); }});
        """)
    up(world, [f"{{name: web, script: {app}, waitReady: true, shutdownWithMessage: true}}"])
    assert goes_through_life(world, "web#0", lambda: answers(port) == b"hello") == {"code": 0}


session_node_app_of_pm2.needs = ["node"]


def session_node_cluster_app(world):
    """Its workers have channels of their own; ours is the primary's."""
    port = free_port()
    app = world.file("app.js", f"""
        const cluster = require('cluster'), http = require('http');
        if (cluster.isPrimary) {{
            let left = 2;
            cluster.on('listening', () => {{ if (--left === 0) process.send('ready'); }});
            cluster.fork(); cluster.fork();
        }} else http.createServer((q, a) => a.end('worker')).listen({port}, '127.0.0.1');
        """)
    up(world, [f"{{name: web, script: {app}, waitReady: true}}"])
    goes_through_life(world, "web#0", lambda: answers(port) == b"worker")


session_node_cluster_app.needs = ["node"]


def session_gunicorn(world):
    port = free_port()
    world.file("wsgi.py", "def app(environ, start):\n    start('200 OK', [])\n    return [b'gunicorn']\n")
    up(world, [f"{{name: web, script: 'gunicorn -w 2 -b 127.0.0.1:{port} wsgi:app', ready: {{port: {port}}}}}"])
    goes_through_life(world, "web#0", lambda: answers(port) == b"gunicorn")


session_gunicorn.needs = ["gunicorn"]


def nginx(world, port, foreground):
    folder = os.path.join(world.folder, "nginx")
    os.makedirs(folder, exist_ok=True)
    os.chmod(world.folder, 0o755)
    return world.file("nginx.conf", f"""
daemon {'off' if foreground else 'on'}; pid {folder}/pid; error_log {folder}/error.log; worker_processes 2;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    server {{ listen 127.0.0.1:{port}; location / {{ return 200 nginx; }} }}
}}
""")


def session_nginx(world):
    """QUIT is its graceful end."""
    port = free_port()
    config = nginx(world, port, True)
    up(world, [f"{{name: web, script: '{shutil.which('nginx', path='/usr/sbin:/usr/bin')} -c {config}',"
               f" ready: {{port: {port}}}, killSignal: QUIT}}"])
    assert goes_through_life(world, "web#0", lambda: answers(port) == b"nginx") == {"code": 0}


session_nginx.needs = ["nginx"]


def session_a_program_that_goes_into_the_background(world):
    """nginx as it is by default: its first process ends, the others are ended, and od says what happened."""
    port = free_port()
    config = nginx(world, port, False)
    up(world, [f"{{name: web, script: '{shutil.which('nginx', path='/usr/sbin:/usr/bin')} -c {config}',"
               " maxRestarts: 2}"])
    one = world.becomes("web#0", "errored", 30)
    assert "its first process ended with 0 and left" in one["reason"], one
    assert "left" in world.run("info", "web")
    assert not answers(port)
    world.ends()


session_a_program_that_goes_into_the_background.needs = ["nginx"]


def session_redis(world):
    port = free_port()
    up(world, [f"{{name: redis, script: 'redis-server --port {port} --bind 127.0.0.1 --daemonize no --save \"\""
               f" --supervised systemd --dir {world.folder}', waitReady: true}}"])
    exit_code = goes_through_life(world, "redis#0", lambda: talks(port, b"PING\r\n", b"+PONG"))
    assert exit_code == {"code": 0}, exit_code


session_redis.needs = ["redis-server"]


def session_postgres(world):
    """INT is its fast end. It refuses to run as root."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not found:
        raise Skipped("PostgreSQL is not installed")
    if os.geteuid() != 0:
        raise Skipped("to run it as another user needs root")
    user = next((name for name in ("postgres", "nobody") if name in [one.pw_name for one in pwd.getpwall()]), None)
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    port, data = free_port(), os.path.join(world.folder, "pg")
    os.chmod(world.folder, 0o755)
    os.mkdir(data, 0o700)
    shutil.chown(data, user, group)
    up(world, [f"{{name: initdb, script: '{found[-1]}/initdb -D {data} -A trust -N', uid: {user}, cwd: /,"
               " restart: never}"], "init")
    assert wait("the cluster is made", lambda: world.list()["initdb#0"].get("exit"), 60) == {"code": 0}
    up(world, [f"{{name: pg, script: '{found[-1]}/postgres -D {data} -p {port} -k {data}"
               f" -c listen_addresses=127.0.0.1', uid: {user}, cwd: /, killSignal: INT,"
               " ready: {log: 'ready to accept connections'}}"])
    # An SSL request is answered with one byte by a server that takes connections.
    serves = lambda: talks(port, bytes([0, 0, 0, 8, 4, 210, 22, 47]), b"N") or \
        talks(port, bytes([0, 0, 0, 8, 4, 210, 22, 47]), b"S")
    assert goes_through_life(world, "pg#0", serves) == {"code": 0}


def session_a_pipeline(world):
    """All of it is one app: a crash of one end and a stop reach the other."""
    up(world, ["{name: pipe, script: \"yes tick | while read line; do echo $line; sleep 0.05; done\","
               " ready: {log: '^tick$'}}"])
    goes_through_life(world, "pipe#0", lambda: any("yes tick" in one for one in world.processes().values()))
