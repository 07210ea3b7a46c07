# More instances: those that run are left alone. Fewer: those with the highest numbers go.
app web instances=2
> apply shop web
       1 ms  web#0     process:created
       1 ms  web#1     process:created
       1 ms  web#0     process:starting
       1 ms  web#1     process:starting
       1 ms            config:applied (shop)
       2 ms  web#0     process:online
       2 ms  web#1     process:online
       2 ms            answer: web added; web#0 online, web#1 online
app web instances=4
> apply shop web
       6 ms  web#2     process:created
       6 ms  web#3     process:created
       6 ms  web#2     process:starting
       6 ms  web#3     process:starting
       6 ms            config:applied (shop)
       7 ms  web#2     process:online
       7 ms  web#3     process:online
       7 ms            answer: web changed; web#0 online, web#1 online, web#2 online, web#3 online
app web instances=2
> apply shop web
      11 ms  web#2     <- SIGTERM
      11 ms  web#3     <- SIGTERM
      11 ms  web#2     process:stopping
      11 ms  web#3     process:stopping
      11 ms            config:applied (shop)
      12 ms  web#2     process:exited (SIGTERM after 5 ms)
      12 ms  web#2     process:stopped (SIGTERM)
      12 ms  web#2     process:deleted
      12 ms  web#3     process:exited (SIGTERM after 5 ms)
      12 ms  web#3     process:stopped (SIGTERM)
      12 ms  web#3     process:deleted
      12 ms            answer: web changed; web#0 online, web#1 online, web#2 stopped, web#3 stopped
> wait 100ms
> list
    0  web#0     online    restarts 0  up 113 ms
    1  web#1     online    restarts 0  up 113 ms

# Ids are given again, the smallest first.
app api
> apply shop web api
     116 ms  api#0     process:created
     116 ms  api#0     process:starting
     116 ms            config:applied (shop)
     117 ms  api#0     process:online
     117 ms            answer: api added, web same; web#0 online, web#1 online, api#0 online
> list
    0  web#0     online    restarts 0  up 118 ms
    1  web#1     online    restarts 0  up 118 ms
    2  api#0     online    restarts 0  up 3 ms
