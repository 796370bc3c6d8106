using System.Globalization;
using System.Text.RegularExpressions;

namespace Byon.Local.Up;

/// <summary>The command line of <c>byon up</c>.</summary>
/// <param name="Ims">sip:HOST:PORT of a real registrar; null starts the simulator.</param>
internal sealed partial record UpOptions(int Nodes, string? Ims, IReadOnlyList<LocalSubscriber> Subscribers, LocalPorts Ports, bool Verbose)
{
    public const int MostNodes = 8;

    /// <summary>Null and a sentence for the user, where the arguments cannot be used.</summary>
    public static (UpOptions? Options, string? Problem) Parse(IReadOnlyList<string> arguments)
    {
        var options = new UpOptions(1, null, LocalSubscriber.Demo(), new LocalPorts(), false);
        string? subscribersFile = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name == "--verbose")
            {
                options = options with { Verbose = true };
                continue;
            }

            if (!Known(name))
            {
                return (null, $"There is no option '{name}': ./byon help up lists them.");
            }

            if (++i == arguments.Count)
            {
                return (null, $"{name} needs a value: ./byon help up tells which.");
            }

            if (name == "--subscribers")
            {
                subscribersFile = arguments[i];
            }
            else if (options.With(name, arguments[i]) is { } changed)
            {
                options = changed;
            }
            else
            {
                return (null, $"{name} cannot be '{arguments[i]}': ./byon help up tells what it can be.");
            }
        }

        return options.Ims is null == subscribersFile is null
            ? subscribersFile is null ? (options, null) : WithSubscribers(options, subscribersFile)
            : (null, options.Ims is null
                ? "--subscribers goes with --ims: the simulator has subscribers of its own."
                : "--ims needs --subscribers FILE: who may register there, and with what password. ./byon help up shows the form.");
    }

    private static (UpOptions? Options, string? Problem) WithSubscribers(UpOptions options, string file)
    {
        var (subscribers, problem) = LocalSubscriber.Read(file);
        return subscribers is null ? (null, problem) : (options with { Subscribers = subscribers }, null);
    }

    private UpOptions? With(string name, string value)
    {
        if (name == "--ims")
        {
            return NextHop().IsMatch(value) ? this with { Ims = value } : null;
        }

        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        if (name == "--nodes")
        {
            return number is >= 1 and <= MostNodes ? this with { Nodes = number } : null;
        }

        return number is >= 1 and <= 65535 ? this with { Ports = WithPort(Ports, name, number) } : null;
    }

    private static bool Known(string name) =>
        name is "--nodes" or "--ims" or "--subscribers" || WithPort(new LocalPorts(), name, -1) != new LocalPorts();

    private static LocalPorts WithPort(LocalPorts ports, string option, int port) => option switch
    {
        "--port-page" => ports with { Page = port },
        "--port-identity" => ports with { Identity = port },
        "--port-webpubsub" => ports with { WebPubSub = port },
        "--port-functions" => ports with { Functions = port },
        "--port-ims" => ports with { Ims = port },
        "--port-blob" => ports with { Blob = port },
        "--port-queue" => ports with { Queue = port },
        "--port-table" => ports with { Table = port },
        "--port-control" => ports with { Control = port },
        "--port-sip" => ports with { Sip = port },
        "--port-webrtc" => ports with { WebRtc = port },
        "--port-rtp" => ports with { Rtp = port },
        _ => ports,
    };

    [GeneratedRegex(@"^sip:[A-Za-z0-9.\-\[\]:]+(;transport=(udp|tcp))?$")]
    private static partial Regex NextHop();
}
