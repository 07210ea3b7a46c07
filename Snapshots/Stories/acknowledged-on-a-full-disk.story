# A command is answered when it is on disk. While the disk is full nothing new is taken on ...
app api
app web
> start api
       1 ms  api#0     process:created
       1 ms  api#0     process:starting
       2 ms  api#0     process:online
       2 ms            answer: api#0 online
> disk fails for 10s
> start web
      11 ms            answer: not stored, not done
> list
    0  api#0     online    restarts 0  up 13 ms

# ... but stopping works, for it is what people need then. It is written as soon as there is room.
> stop api
      16 ms  api#0     <- SIGTERM
      16 ms  api#0     process:stopping
      17 ms  api#0     process:exited (SIGTERM after 15 ms)
      17 ms  api#0     process:stopped (SIGTERM)
      17 ms            answer: api#0 stopped
> wait 1s
> list
    0  api#0     stopped   restarts 0  last SIGTERM
> wait 20s
> engine dies
> wait 1s
   21120 ms            engine:recovered (0 runs held)
> list
    0  api#0     stopped   restarts 0  last SIGTERM
