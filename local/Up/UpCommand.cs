using System.Runtime.InteropServices;

namespace Byon.Local.Up;

/// <summary><c>byon up</c>: starts the stack, says where it is, and stops it on Ctrl-C or SIGTERM.</summary>
internal static class UpCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var progress = StartProgress.OfConsole();
        var (options, problem) = UpOptions.Parse(arguments);
        if (options is null)
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }

        var taken = PortCheck.Problems(options.Ports.Uses(options.Nodes, withSimulator: options.Ims is null));
        if (taken.Count > 0)
        {
            await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, taken));
            return 1;
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        var stackOptions = StackOptionsOf(options);
        var stack = new LocalStack(stackOptions, progress);
        await using (stack)
        {
            try
            {
                await stack.StartAsync(stop.Token);
                progress.Line(Banner(stack, stackOptions));
                await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                progress.Line("");
            }
            catch (InvalidOperationException fault)
            {
                await Console.Error.WriteLineAsync(fault.Message);
                return 1;
            }
        }

        progress.Line("Everything has stopped.");
        return 0;
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }

    private static LocalStackOptions StackOptionsOf(UpOptions options) => new()
    {
        Repository = Repository.Find(),
        Ports = options.Ports,
        Nodes = options.Nodes,
        Ims = options.Ims,
        Subscribers = options.Subscribers,
        ShowLogs = options.Verbose,
    };

    private static string Banner(LocalStack stack, LocalStackOptions options)
    {
        var people = string.Join(", ", options.Subscribers.Take(4).Select(each => each.DisplayName));
        return $"""

              Softphone   {stack.PageUrl}
              Sign in as  {people}

              API {stack.ApiUrl}   IMS {options.ImsNextHop}   logs {Path.GetRelativePath(Environment.CurrentDirectory, options.LogFolder)}/
              Ctrl-C stops everything.

            """;
    }
}
