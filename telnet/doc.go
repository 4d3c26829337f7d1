// Package telnet serves sessions with live objects to telnet clients, and to whatever else sends
// lines.
//
//	registry.Expose("cache", c)
//	go telnet.ListenAndServe("localhost:3000", nil)
//
// A client that negotiates gets a line editor with history and completion; one that does not (nc,
// a pipe, a program) gets plain lines, no echo and no escape sequences. Nothing has to be said
// about which it is. An address is host:port, or unix:/path.
//
// Server has the shape of http.Server, and its methods the meaning that they have there.
//
// Who may connect: on loopback and on unix sockets the user that the process runs as, and root;
// with Server.Auth whom that lets in. An address beyond loopback is refused unless there are both
// Auth and Server.TLSConfig, or Server.InsecureRemote is set. A connection that speaks HTTP, TLS or
// the like is closed before anything is evaluated, since web pages can make a browser connect here
// as that same user; that is a filter and no more, and where it is not enough a unix socket, which
// web pages cannot reach, is. docs/security.md says who can do what in which set-up.
//
// A session looks. It may act, and call what registry.Actions names, only where Server.Level, its
// listener and its Identity all say so.
//
// With SIGHTGLASS=off in the environment no server starts.
//
// What is not promised: without TLSConfig nothing is encrypted, and who can read the memory of the
// process or the traffic of the loopback interface (root) needs no session to see what one shows.
package telnet
