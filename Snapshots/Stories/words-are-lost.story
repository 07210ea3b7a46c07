# The socket between keeper and engine is full, and words are lost: the engine asks for everything and catches up.
app api
app web
> start api
       1 ms  api#0     process:created
       1 ms  api#0     process:starting
       2 ms  api#0     process:online
       2 ms            answer: api#0 online
> words are lost for 500ms
> kill api#0 KILL
> start web
      16 ms  web#0     process:created
      16 ms  web#0     process:starting
> list
    0  api#0     online    restarts 0  up 18 ms
    1  web#0     starting  restarts 0
> wait 1s
     505 ms  api#0     process:exited (SIGKILL after 8 ms)
     505 ms  api#0     process:restarting
     505 ms  api#0     process:starting
     505 ms  web#0     process:online
     505 ms            answer: web#0 online
     506 ms  api#0     process:online
> list
    0  api#0     online    restarts 1  up 514 ms  last SIGKILL
    1  web#0     online    restarts 0  up 1003 ms
