# A changed definition restarts what runs and nothing else; what is stopped stays so. A dump brings back what is not there.
app api instances=2 arguments=old
app web
> start api web
       1 ms  api#0     process:created
       1 ms  api#1     process:created
       1 ms  web#0     process:created
       1 ms  api#0     process:starting
       1 ms  api#1     process:starting
       1 ms  web#0     process:starting
       2 ms  api#0     process:online
       2 ms  api#1     process:online
       2 ms  web#0     process:online
       2 ms            answer: api#0 online, api#1 online, web#0 online
> stop web
       6 ms  web#0     <- SIGTERM
       6 ms  web#0     process:stopping
       7 ms  web#0     process:exited (SIGTERM after 5 ms)
       7 ms  web#0     process:stopped (SIGTERM)
       7 ms            answer: web#0 stopped
> wait 10ms
app api instances=2 arguments=new
> set api
      22 ms  api#0     <- SIGTERM
      22 ms  api#1     <- SIGTERM
      22 ms  api#0     process:stopping
      22 ms  api#1     process:stopping
      23 ms  api#0     process:exited (SIGTERM after 21 ms)
      23 ms  api#0     process:restarting
      23 ms  api#0     process:starting
      23 ms  api#1     process:exited (SIGTERM after 21 ms)
      23 ms  api#1     process:restarting
      23 ms  api#1     process:starting
      24 ms  api#0     process:online
      24 ms  api#1     process:online
      24 ms            answer: api changed; api#0 online, api#1 online
> wait 10ms
app web arguments=new
> set web
      36 ms            answer: web changed; web#0 stopped
> list
    0  api#0     online    restarts 1  up 16 ms  last SIGTERM
    1  api#1     online    restarts 1  up 16 ms  last SIGTERM
    2  web#0     stopped   restarts 0  last SIGTERM
> delete all
      41 ms  api#0     <- SIGTERM
      41 ms  api#1     <- SIGTERM
      41 ms  api#0     process:stopping
      41 ms  api#1     process:stopping
      41 ms  web#0     process:deleted
      42 ms  api#0     process:exited (SIGTERM after 18 ms)
      42 ms  api#0     process:stopped (SIGTERM)
      42 ms  api#0     process:deleted
      42 ms  api#1     process:exited (SIGTERM after 18 ms)
      42 ms  api#1     process:stopped (SIGTERM)
      42 ms  api#1     process:deleted
      42 ms            answer: api#0 stopped, api#1 stopped, web#0 stopped
> wait 10ms
> resurrect api web
      56 ms  api#0     process:created
      56 ms  api#1     process:created
      56 ms  web#0     process:created
      56 ms  api#0     process:starting
      56 ms  api#1     process:starting
      56 ms  web#0     process:starting
      57 ms  api#0     process:online
      57 ms  api#1     process:online
      57 ms  web#0     process:online
      57 ms            answer: api#0 online, api#1 online, web#0 online
> wait 10ms
> list
    0  api#0     online    restarts 0  up 13 ms
    1  api#1     online    restarts 0  up 13 ms
    2  web#0     online    restarts 0  up 13 ms

# What is there is left as it is, also when the dump knows it otherwise.
app api instances=2 arguments=old
> resurrect api
      71 ms            answer: api#0 online, api#1 online; not changed: api
> list
    0  api#0     online    restarts 0  up 18 ms
    1  api#1     online    restarts 0  up 18 ms
    2  web#0     online    restarts 0  up 18 ms
> detach
      75 ms            answer: done
> list
    0  api#0     online    restarts 0  up 23 ms
    1  api#1     online    restarts 0  up 23 ms
    2  web#0     online    restarts 0  up 23 ms

# What was running when the home was halted runs again.
> shutdown halt
      81 ms  api#0     <- SIGTERM
      81 ms  api#1     <- SIGTERM
      81 ms  web#0     <- SIGTERM
      81 ms            engine:stopping
      81 ms  api#0     process:stopping
      81 ms  api#1     process:stopping
      81 ms  web#0     process:stopping
      82 ms  api#0     process:exited (SIGTERM after 25 ms)
      82 ms  api#0     process:stopped (SIGTERM)
      82 ms  api#1     process:exited (SIGTERM after 25 ms)
      82 ms  api#1     process:stopped (SIGTERM)
      82 ms  web#0     process:exited (SIGTERM after 25 ms)
      82 ms  web#0     process:stopped (SIGTERM)
      82 ms            answer: done
> wait 100ms
> list
    no engine runs
> resume
     185 ms            engine:started (0 runs held)
     186 ms  api#0     process:starting
     186 ms  api#1     process:starting
     186 ms  web#0     process:starting
     186 ms            answer: api#0 starting, api#1 starting, web#0 starting
     187 ms  api#0     process:online
     187 ms  api#1     process:online
     187 ms  web#0     process:online
> wait 10ms
> list
    0  api#0     online    restarts 0  up 13 ms  last SIGTERM
    1  api#1     online    restarts 0  up 13 ms  last SIGTERM
    2  web#0     online    restarts 0  up 13 ms  last SIGTERM
