# What holds without a new run restarts nothing: times, signals, restart policy. Another program does.
app api
app web
> apply shop api web
       1 ms  api#0     process:created
       1 ms  api#0     process:starting
       1 ms  web#0     process:created
       1 ms  web#0     process:starting
       1 ms            config:applied (shop)
       2 ms  api#0     process:online
       2 ms  web#0     process:online
       2 ms            answer: api added, web added; api#0 online, web#0 online
> wait 1s
app api kill=500 max=3
> apply shop api web
    1006 ms            config:applied (shop)
    1006 ms            answer: api changed, web same; api#0 online, web#0 online
> list
    0  api#0     online    restarts 0  up 1008 ms
    1  web#0     online    restarts 0  up 1008 ms
app api kill=500 max=3 arguments=--new
> apply shop api web
    1011 ms  api#0     <- SIGTERM
    1011 ms  api#0     process:stopping
    1011 ms            config:applied (shop)
    1012 ms  api#0     process:exited (SIGTERM after 1010 ms)
    1012 ms  api#0     process:restarting
    1012 ms  api#0     process:starting
    1013 ms  api#0     process:online
    1013 ms            answer: api changed, web same; api#0 online, web#0 online
> wait 100ms
> list
    0  api#0     online    restarts 1  up 102 ms  last SIGTERM
    1  web#0     online    restarts 0  up 1113 ms
# A file that was stopped by hand is started by apply, though nothing differs.
> stop web
    1116 ms  web#0     <- SIGTERM
    1116 ms  web#0     process:stopping
    1117 ms  web#0     process:exited (SIGTERM after 1115 ms)
    1117 ms  web#0     process:stopped (SIGTERM)
    1117 ms            answer: web#0 stopped
> apply shop api web
    1121 ms            config:applied (shop)
    1121 ms            answer: api same, web same; api#0 online, web#0 stopped
