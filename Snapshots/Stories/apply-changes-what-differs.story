# apply makes a project equal to its file: what differs is restarted, what is new is started, what is missing goes.
app api
app web
app job
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

# The same again: nothing happens.
> apply shop api web
    1006 ms            config:applied (shop)
    1006 ms            answer: api same, web same; api#0 online, web#0 online
app web arguments=--new
> apply shop web job
    1011 ms  api#0     <- SIGTERM
    1011 ms  web#0     <- SIGTERM
    1011 ms  api#0     process:stopping
    1011 ms  web#0     process:stopping
    1011 ms  job#0     process:created
    1011 ms  job#0     process:starting
    1011 ms            config:applied (shop)
    1012 ms  api#0     process:exited (SIGTERM after 1010 ms)
    1012 ms  api#0     process:stopped (SIGTERM)
    1012 ms  api#0     process:deleted
    1012 ms  web#0     process:exited (SIGTERM after 1010 ms)
    1012 ms  web#0     process:restarting
    1012 ms  web#0     process:starting
    1012 ms  job#0     process:online
    1013 ms  web#0     process:online
    1013 ms            answer: api removed, job added, web changed; api#0 stopped, web#0 online, job#0 online
> wait 100ms
> list
    1  web#0     online    restarts 1  up 102 ms  last SIGTERM
    2  job#0     online    restarts 0  up 103 ms
