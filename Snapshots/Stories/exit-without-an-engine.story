# A program that ends while no engine runs: the keeper holds its exit until the next engine has stored it.
app api
> start api
       1 ms  api#0     process:created
       1 ms  api#0     process:starting
       2 ms  api#0     process:online
       2 ms            answer: api#0 online
> engine dies for 200ms
> kill api#0 SEGV
> wait 300ms
     205 ms            engine:recovered (1 runs held)
     205 ms  api#0     process:exited (SIGSEGV after 8 ms)
     205 ms  api#0     process:restarting
     205 ms  api#0     process:starting
     206 ms  api#0     process:online
> list
    0  api#0     online    restarts 1  up 109 ms  last SIGSEGV
