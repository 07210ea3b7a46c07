# An app that says when it is ready is starting until then. A start returns at once all the same.
app web ready=3000
> readiness takes 500ms
> start web
       6 ms  web#0     process:created
       6 ms  web#0     process:starting
       7 ms            answer: web#0 starting
> list
    0  web#0     starting  restarts 0  up 3 ms  for 2997 ms  not ready yet: waits for READY=1 of sd_notify
> wait 1s
     507 ms  web#0     process:online
> list
    0  web#0     online    restarts 0  up 1003 ms

# What is said while there is no engine is heard by the next one.
> restart web
    1011 ms  web#0     <- SIGTERM
    1011 ms  web#0     process:stopping
    1012 ms  web#0     process:exited (SIGTERM after 1005 ms)
    1012 ms  web#0     process:restarting
    1012 ms  web#0     process:starting
    1013 ms            answer: web#0 starting
> engine dies for 800ms
> wait 2s
    1815 ms            engine:recovered (2 runs held)
    1815 ms  web#0     process:online
> list
    0  web#0     online    restarts 1  up 2007 ms

# One that is not ready in time has failed: it is ended, never online, and in the end given up.
app late ready=1000 max=2 kill=200
> readiness takes 1h
> program late deaf
> start late
    3031 ms  late#0    process:created
    3031 ms  late#0    process:starting
    3032 ms            answer: late#0 starting
> wait 1100ms
    4032 ms  late#0    <- SIGTERM
    4032 ms  late#0    process:stopping (it was not ready in 1000 ms: no READY=1 of sd_notify)
> list
    0  web#0     online    restarts 1  up 3122 ms
    1  late#0    stopping  restarts 0  up 1103 ms
> wait 10s
    4232 ms  late#0    <- SIGKILL
    4232 ms  late#0    process:stopping (did not end in time: SIGKILL)
    4233 ms  late#0    process:exited (SIGKILL after 1201 ms)
    4233 ms  late#0    process:restarting
    4233 ms  late#0    process:starting
    5234 ms  late#0    <- SIGTERM
    5234 ms  late#0    process:stopping (it was not ready in 1000 ms: no READY=1 of sd_notify)
    5434 ms  late#0    <- SIGKILL
    5434 ms  late#0    process:stopping (did not end in time: SIGKILL)
    5435 ms  late#0    process:exited (SIGKILL after 1201 ms)
    5435 ms  late#0    process:errored (it was not ready in 1000 ms: no READY=1 of sd_notify)
> list
    0  web#0     online    restarts 1  up 13122 ms
    1  late#0    errored   restarts 1  last SIGKILL  it was not ready in 1000 ms: no READY=1 of sd_notify

# Another engine waits for what is left of the time, not for all of it again.
app slow ready=1000 restart=never
> start slow
   14136 ms  slow#0    process:created
   14136 ms  slow#0    process:starting
   14137 ms            answer: slow#0 starting
> wait 500ms
> engine dies for 100ms
> wait 500ms
   14740 ms            engine:recovered (2 runs held)
   15137 ms  slow#0    <- SIGTERM
   15137 ms  slow#0    process:stopping (it was not ready in 1000 ms: no READY=1 of sd_notify)
   15138 ms  slow#0    process:exited (SIGTERM after 1001 ms)
   15138 ms  slow#0    process:errored (it was not ready in 1000 ms: no READY=1 of sd_notify)
> list
    0  web#0     online    restarts 1  up 14132 ms
    1  late#0    errored   restarts 1  last SIGKILL  it was not ready in 1000 ms: no READY=1 of sd_notify
    2  slow#0    errored   restarts 0  last SIGTERM  it was not ready in 1000 ms: no READY=1 of sd_notify
