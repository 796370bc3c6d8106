using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Byon.Tests.TestKit;

namespace Byon.Tests.Rig;

/// <summary>One run of a sipp scenario (Debian's sip-tester): an independent user agent that says exactly what the scenario says.</summary>
public sealed class SippPeer : IDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sipp");

    private SippPeer(string scenario, IPEndPoint local, IPEndPoint remote, string service, int calls, bool isStream)
    {
        Local = local;
        _process = Process.Start(new ProcessStartInfo(
            "sipp",
            [
                $"{remote}", "-sf", scenario, "-i", $"{local.Address}", "-p", local.Port.ToString(CultureInfo.InvariantCulture),
                "-s", service, "-t", isStream ? "t1" : "u1", "-m", calls.ToString(CultureInfo.InvariantCulture), "-timeout", "50s", "-timeout_error", "-nostdin", "-trace_err", "-error_file", ErrorFile,
            ])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IPEndPoint Local { get; }

    public bool HasEnded => _process.HasExited;

    /// <summary>It has its port, or has ended: what is sent to it before that is lost, and some scenarios are about how much is sent.</summary>
    private bool IsReady(bool isStream)
    {
        var machine = IPGlobalProperties.GetIPGlobalProperties();
        return HasEnded || (isStream ? machine.GetActiveTcpListeners() : machine.GetActiveUdpListeners()).Contains(Local);
    }

    private string ErrorFile => Path.Combine(_folder.FullName, "errors.log");

    /// <param name="service">User part that a calling scenario calls.</param>
    /// <param name="isStream">It listens for TCP, and for nothing else.</param>
    /// <param name="calls">How many Call-IDs the scenario is run for, before it is done.</param>
    public static SippPeer Start(string scenario, IPEndPoint remote, string service = "line1", int calls = 1, bool isStream = false)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Sipp", scenario + ".xml");
        var peer = new SippPeer(file, new IPEndPoint(IPAddress.Loopback, FreePorts.Next()), remote, service, calls, isStream);
        WaitFor.True(() => peer.IsReady(isStream));
        return peer;
    }

    /// <summary>Fails with what sipp did not like.</summary>
    public void AssertSucceeded()
    {
        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"sipp ended with {_process.ExitCode}: {(File.Exists(ErrorFile) ? File.ReadAllText(ErrorFile) : "")}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
