using System.Diagnostics;
using System.Net;
using Byon.Local.Azurite;

namespace Byon.Tests.Local.Tests.Azurite;

public class AzuriteProcessTests
{
    [Fact]
    public async Task Listens_on_all_three_ports_when_started_and_ends_when_disposed()
    {
        await AzuriteProcess.EnsureInstalledAsync(AzuriteInstallation.DefaultFolder, CancellationToken.None);
        var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions(AzuriteInstallation.DefaultFolder), CancellationToken.None);
        using var process = Process.GetProcessById(azurite.ProcessId);
        using var client = new HttpClient();
        Assert.Equal(azurite.ProcessId, SessionOf(azurite.ProcessId));

        foreach (var port in new[] { azurite.BlobPort, azurite.QueuePort, azurite.TablePort })
        {
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/{AzuriteProcess.AccountName}/x"));
            Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        }

        await azurite.DisposeAsync();
        Assert.True(process.HasExited);
    }

    // Ctrl-C goes to the processes of a terminal's session: the emulator is to outlive those that still write to it.
    private static int SessionOf(int processId)
    {
        var afterName = File.ReadAllText($"/proc/{processId}/stat").Split(") ")[^1];
        return int.Parse(afterName.Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_in_the_error()
    {
        await AzuriteProcess.EnsureInstalledAsync(AzuriteInstallation.DefaultFolder, CancellationToken.None);
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => AzuriteProcess.StartAsync(new AzuriteOptions(AzuriteInstallation.DefaultFolder, TablePort: port), CancellationToken.None));

        Assert.Contains(port.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
    }
}
