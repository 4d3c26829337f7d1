// Package telnet serves sessions with live objects to telnet clients, and to whatever else sends
// lines. It has the other end of the wire too, for programs.
//
//	registry.Expose("cache", c)
//	go telnet.ListenAndServe("localhost:3000", nil)
//
// A client that negotiates gets a line editor with history and completion. One that does not (nc, a
// pipe, a program) gets plain lines, no echo and no escape sequences. The server finds out which it
// is. An address is host:port or unix:/path.
//
// Server has the shape of http.Server, and its methods mean the same.
//
// On loopback and on unix sockets the user that the process runs as and root may connect, or with
// Server.Auth whomever it admits. Addresses beyond loopback are refused unless both Auth and
// Server.TLSConfig are set, or Server.InsecureRemote is. Web pages can make a browser connect as
// its user, so a connection that speaks HTTP, TLS or the like is closed before anything is
// evaluated. That is a filter and no more; where it is not enough use a unix socket, which web
// pages cannot reach. docs/security.md says who can do what in which set-up.
//
// A session looks. It may act, which is to call what registry.Actions names, only where
// Server.Level, the listener and the Identity all allow it.
//
// A program asks through a Client, which speaks the JSON mode of docs/protocol.md on the same port:
//
//	c, err := telnet.Dial(ctx, "localhost:3000")
//	a, err := c.Eval(ctx, "count(cache.items, .hits > 100)")
//
// Dialer has what more it takes: TLS, a login, a tunnel.
//
// While SIGHTGLASS=off is in the environment no server starts.
//
// What is not promised: without TLSConfig nothing is encrypted, and root, who can read the memory
// of the process and the traffic of the loopback interface, needs no session to see what one shows.
package telnet
