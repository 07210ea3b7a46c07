# A target is a name, ns/name, name#instance, an id, a namespace, /regex/ or all. What names nothing is an error.
app api instances=2
app web
> start api
       1 ms  api#0     process:created
       1 ms  api#1     process:created
       1 ms  api#0     process:starting
       1 ms  api#1     process:starting
       2 ms  api#0     process:online
       2 ms  api#1     process:online
       2 ms            answer: api#0 online, api#1 online
> apply shop web
       6 ms  web#0     process:created
       6 ms  web#0     process:starting
       6 ms            config:applied (shop)
       7 ms  web#0     process:online
       7 ms            answer: web added; web#0 online
> stop api#1
      11 ms  api#1     <- SIGTERM
      11 ms  api#1     process:stopping
      12 ms  api#1     process:exited (SIGTERM after 10 ms)
      12 ms  api#1     process:stopped (SIGTERM)
      12 ms            answer: api#1 stopped
> stop shop/web
      16 ms  web#0     <- SIGTERM
      16 ms  web#0     process:stopping
      17 ms  web#0     process:exited (SIGTERM after 10 ms)
      17 ms  web#0     process:stopped (SIGTERM)
      17 ms            answer: web#0 stopped
> stop 0
      22 ms  api#0     <- SIGTERM
      22 ms  api#0     process:stopping
      23 ms  api#0     process:exited (SIGTERM after 21 ms)
      23 ms  api#0     process:stopped (SIGTERM)
      23 ms            answer: api#0 stopped
> stop api#7
      25 ms            answer: OD3001: ‘api#7’ names no process: the instances are api#0, api#1 (od list shows them; od scale api N makes more)
> stop shop/api
      30 ms            answer: OD3001: ‘shop/api’ names no process: the apps are api, web (od list shows names, ids and namespaces)
> stop /^x/
      35 ms            answer: OD3001: ‘/^x/’ names no process: the apps are api, web (od list shows names, ids and namespaces)
> stop /(/
      40 ms            answer: OD1001: ‘/(/’ is no regular expression: a ( is not closed (check its brackets and backslashes, or name the apps)
> restart default
      46 ms  api#0     process:starting
      46 ms  api#1     process:starting
      47 ms  api#0     process:online
      47 ms  api#1     process:online
      47 ms            answer: api#0 online, api#1 online
> stop all
      51 ms  api#0     <- SIGTERM
      51 ms  api#1     <- SIGTERM
      51 ms  api#0     process:stopping
      51 ms  api#1     process:stopping
      52 ms  api#0     process:exited (SIGTERM after 5 ms)
      52 ms  api#0     process:stopped (SIGTERM)
      52 ms  api#1     process:exited (SIGTERM after 5 ms)
      52 ms  api#1     process:stopped (SIGTERM)
      52 ms            answer: api#0 stopped, api#1 stopped, web#0 stopped
> list
    0  api#0     stopped   restarts 0  last SIGTERM
    1  api#1     stopped   restarts 0  last SIGTERM
    2  web#0     stopped   restarts 0  last SIGTERM
