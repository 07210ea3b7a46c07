# Deleting ends an app and forgets it when it is down. Starting it again meanwhile is a change of mind: it comes back
# whole, also the instances that were gone already.
app web instances=2 kill=1000
> program web deaf
> start web
       6 ms  web#0     process:created
       6 ms  web#1     process:created
       6 ms  web#0     process:starting
       6 ms  web#1     process:starting
       7 ms  web#0     process:online
       7 ms  web#1     process:online
       7 ms            answer: web#0 online, web#1 online
> stop web#0
      11 ms  web#0     <- SIGTERM
      11 ms  web#0     process:stopping
> wait 2s
    1011 ms  web#0     <- SIGKILL
    1011 ms  web#0     process:stopping (did not end in time: SIGKILL)
    1012 ms  web#0     process:exited (SIGKILL after 1005 ms)
    1012 ms  web#0     process:stopped (SIGKILL)
    1012 ms            answer: web#0 stopped
> delete web
    2016 ms  web#1     <- SIGTERM
    2016 ms  web#1     process:stopping
    2016 ms  web#0     process:deleted
> list
    1  web#1     stopping  restarts 0  up 2013 ms
> start web
    2021 ms  web#0     process:created
    2021 ms  web#0     process:starting
    2022 ms  web#0     process:online
> wait 2s
    3016 ms  web#1     <- SIGKILL
    3016 ms  web#1     process:stopping (did not end in time: SIGKILL)
    3017 ms  web#1     process:exited (SIGKILL after 3010 ms)
    3017 ms  web#1     process:restarting
    3017 ms  web#1     process:starting
    3018 ms  web#1     process:online
    3018 ms            answer: web#0 stopped, web#1 online
    3018 ms            answer: web#0 online, web#1 online
> list
    0  web#0     online    restarts 0  up 2003 ms
    1  web#1     online    restarts 1  up 1007 ms  last SIGKILL
