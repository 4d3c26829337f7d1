// Package secret tells secrets by what they are called and by what they look like, and takes them
// out of an expression before it is logged.
package secret
