package main

import (
	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

func jobsCommand(env environment) *cobra.Command {
	return group("jobs", "what operations started",
		asking[client.Job](env, &cobra.Command{Use: "get JOB", Short: "show the state of a job"}, "getJob", reading((*client.Client).GetJob)))
}
