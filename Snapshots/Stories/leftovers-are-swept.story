# A program that ends and leaves children behind is not over: its tree is ended before the next run begins, so that a
# port, a lock or a pid file is free again.
app web kill=300
> program web leaves-orphan 2
> start web
       6 ms  web#0     process:created
       6 ms  web#0     process:starting
       7 ms  web#0     process:online
       7 ms            answer: web#0 online
       8 ms  web#0     <- SIGTERM
       8 ms  web#0     process:exited (exit 2 after 1 ms)
       8 ms  web#0     process:stopping
> program web stays
> list
    0  web#0     stopping  restarts 0  up 8 ms  last exit 2
> wait 1s
     308 ms  web#0     <- SIGKILL
     308 ms  web#0     process:stopping (did not end in time: SIGKILL)
     310 ms  web#0     process:restarting
     310 ms  web#0     process:starting
     311 ms  web#0     process:online
> list
    0  web#0     online    restarts 1  up 704 ms  last exit 2
