//go:build !unix

package transport

import "net"

// listenUnix listens the way of the system. Files have no mode here: the permissions of the folder
// decide who may connect.
func listenUnix(path string) (net.Listener, error) { return net.Listen("unix", path) }
