# An app that was up for 30 s begins a new row of delays: an accident once an hour is mended at once, every time.
app api
> program api exits 1 after 40s
> start api
       6 ms  api#0     process:created
       6 ms  api#0     process:starting
       7 ms  api#0     process:online
       7 ms            answer: api#0 online
> wait 40s
   40007 ms  api#0     process:exited (exit 1 after 40000 ms)
   40007 ms  api#0     process:restarting
   40007 ms  api#0     process:starting
   40008 ms  api#0     process:online
> wait 40s
   80008 ms  api#0     process:exited (exit 1 after 40000 ms)
   80008 ms  api#0     process:restarting
   80008 ms  api#0     process:starting
   80009 ms  api#0     process:online
> wait 40s
  120009 ms  api#0     process:exited (exit 1 after 40000 ms)
  120009 ms  api#0     process:restarting
  120009 ms  api#0     process:starting
  120010 ms  api#0     process:online
> list
    0  api#0     online    restarts 3  up 0 ms  last exit 1
