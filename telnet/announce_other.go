//go:build !linux

package telnet

func birthOf(int) string { return "" }
