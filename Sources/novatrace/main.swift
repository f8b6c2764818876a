import NovatraceCommands

NovatraceCommand.runAndExit()
