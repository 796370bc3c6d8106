using System.Runtime.InteropServices;

namespace Byon.Tests.TestKit;

/// <summary>Signals to processes that a test owns, by their id.</summary>
public static partial class ProcessSignal
{
    private const int TerminateNumber = 15;
    private const int ContinueNumber = 18;
    private const int StopNumber = 19;

    public static void Terminate(int processId) => Send(processId, TerminateNumber);

    /// <summary>Freezes a process: its sockets stay open and nobody answers.</summary>
    public static void Freeze(int processId) => Send(processId, StopNumber);

    public static void Thaw(int processId) => Send(processId, ContinueNumber);

    private static void Send(int processId, int signal) => _ = SendSignal(processId, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
