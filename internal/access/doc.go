// Package access reads the live objects that an application exposed, under the policy that it
// declared for them: which lock guards a read, which methods may be called, what is never shown.
// Package registry is what the application sees of it, and describes the policy.
//
// [Objects] holds what is exposed. A [Visit] is one evaluation's access to it. A [View] is a place
// in a live object, with the policy that covers it. Everything above this package reads application
// memory through Views: what a View refuses stays untold.
//
// What needs no View lies in packages below this one: which lock guards a struct and how it is held
// (guard), when to yield (pace), what a type makes secret (redact), the patterns of Hide and
// Methods (pattern), calls of the application's code (usercode) and their arguments (argument).
package access
