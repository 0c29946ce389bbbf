// Package scaffold writes a project that serves the contract: a server of one's own over gen/server and api/serve, with a
// method for each operation that answers 501 until somebody fills it in.
//
// Create writes a new project. Update adds the methods of operations that are new to a project that exists, and leaves
// everything else as it is: whatever was edited, moved or removed stays so.
package scaffold
