# Stopping what is just being started: it ends as soon as it has begun, and is not restarted.
app api
> spawns take 100ms
> start api
       6 ms  api#0     process:created
       6 ms  api#0     process:starting
> list
    0  api#0     starting  restarts 0
> stop api
> wait 200ms
     106 ms  api#0     <- SIGTERM
     106 ms  api#0     process:stopping
     107 ms  api#0     process:exited (SIGTERM after 1 ms)
     107 ms  api#0     process:stopped (SIGTERM)
     107 ms            answer: api#0 stopped
     107 ms            answer: api#0 stopped
> list
    0  api#0     stopped   restarts 0  last SIGTERM

# A restart is said meanwhile: it ends and starts again.
> start api
     216 ms  api#0     process:starting
> restart api
> wait 300ms
     316 ms  api#0     <- SIGTERM
     316 ms  api#0     process:stopping
     317 ms  api#0     process:exited (SIGTERM after 1 ms)
     317 ms  api#0     process:restarting
     317 ms  api#0     process:starting
     417 ms  api#0     process:online
     417 ms            answer: api#0 online
     417 ms            answer: api#0 online
> list
    0  api#0     online    restarts 1  up 108 ms  last SIGTERM

# The engine is killed meanwhile: the next one asks for the same run again, and the keeper does it once.
> stop api
     526 ms  api#0     <- SIGTERM
     526 ms  api#0     process:stopping
     527 ms  api#0     process:exited (SIGTERM after 110 ms)
     527 ms  api#0     process:stopped (SIGTERM)
     527 ms            answer: api#0 stopped
> start api
     531 ms  api#0     process:starting
> engine dies for 20ms
> wait 300ms
     555 ms            engine:recovered (0 runs held)
     555 ms  api#0     process:starting
     631 ms  api#0     process:online
> list
    0  api#0     online    restarts 0  up 209 ms  last SIGTERM
