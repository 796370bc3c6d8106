using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Byon.MediaNode.Control;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Io;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Native;
using Byon.MediaNode.Pool;
using Byon.MediaNode.Signalling;
using Byon.MediaNode.Telemetry;

namespace Byon.MediaNode;

/// <summary>How the node is put together: each part made once, and who gets whom.</summary>
public static class NodeServices
{
    private const string UserAgent = "BYON-Serverless/0.1";

    public static IServiceCollection AddMediaNode(this IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<NodeMetrics>();

        services.AddSingleton<SignallingLoop>();
        services.AddSingleton(_ => new EntropySource(RandomNumberGenerator.GetBytes(32)));
        services.AddSingleton(CreateAgent);
        services.AddSingleton(provider => Bound("Node:Sip:Port", () => CreateSockets(provider, options)));
        services.AddSingleton(_ => options.Sip.Tls.Load());
        services.AddSingleton(_ => new SipLocator(new DnsClient(options.Sip.NameServers ?? DnsClient.OfMachine()), options.SipListen.AddressFamily));
        services.AddSingleton<Locations>();
        services.AddHostedService(provider => provider.GetRequiredService<Locations>());
        services.AddSingleton<CallControl>();

        services.AddSingleton(_ => DtlsCertificate.Create(DateTimeOffset.UtcNow));
        services.AddSingleton<ICodecFactory>(CreateCodecs);
        services.AddSingleton(provider => Bound("Node:Media:WebRtcPort", () => CreateMedia(provider, options.Media)));

        services.AddSingleton<CallSeal>();
        services.AddSingleton<Journal>();
        services.AddSingleton<EventPusher>();
        services.AddSingleton<DeliveryRequester>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryRequester>());
        services.AddSingleton<MilestonePublisher>();
        services.AddHostedService(provider => provider.GetRequiredService<MilestonePublisher>());

        services.AddSingleton<RegistrationCommands>();
        services.AddSingleton<CallCommands>();

        services.AddSingleton<Heartbeat>();
        services.AddSingleton<OtherEnds>();
        services.AddSingleton<Adoption>();
        services.AddSingleton<Takeover>();
        services.AddSingleton<PoolClient>();
        services.AddSingleton<Evacuation>();
        services.AddSingleton<PoolWatch>();
        services.AddSingleton<NodeLifecycle>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeLifecycle>());
        return services;
    }

    private static SipSockets CreateSockets(IServiceProvider provider, NodeOptions options)
    {
        return new SipSockets(
            options.SipListen, provider.GetRequiredService<NodeMetrics>(), provider.GetRequiredService<ILogger<SipSockets>>(),
            provider.GetRequiredService<SipTls>(), options.Sip.Tls.Port);
    }

    private static SipAgent CreateAgent(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<NodeOptions>();
        var local = new IPEndPoint(options.SipAdvertised, options.SipListen.Port);
        var sip = new SipAgentOptions(local, UserAgent, SipTimers.Rfc3261)
        {
            SessionInterval = options.Sip.SessionInterval,
            AccessNetwork = options.Sip.AccessNetwork,
            IsTelephony = options.Sip.Telephony,
            TellsDialogs = options.Sip.TellsDialogs,
            PublishesPresence = options.Sip.PublishesPresence,
            RegistersPerSecond = options.Sip.RegistersPerSecond,
            LocalTls = options.Sip.Tls.Port > 0 ? new IPEndPoint(options.SipAdvertised, options.Sip.Tls.Port) : null,
            SwitchesToTcp = options.Sip.SwitchesToTcp,
        };
        return new SipAgent(sip, provider.GetRequiredService<EntropySource>());
    }

    private static NativeCodecs CreateCodecs(IServiceProvider provider)
    {
        var codecs = new NativeCodecs(provider.GetRequiredService<ILoggerFactory>().CreateLogger<NativeCodecs>());
        provider.GetRequiredService<NodeMetrics>().ObserveCodecs(codecs.Libraries);
        return codecs;
    }

    /// <summary>The workers' events reach a call through the loop. Its control is asked for late, since it needs the workers itself.</summary>
    private static MediaWorkers CreateMedia(IServiceProvider provider, NodeMediaOptions media)
    {
        var loop = provider.GetRequiredService<SignallingLoop>();
        var control = new Lazy<CallControl>(provider.GetRequiredService<CallControl>);
        var workers = new MediaWorkers(
            new MediaWorkerOptions(media.Address, media.Advertised, media.WebRtcPort, media.Workers, media.ImsPortFirst, media.ImsPortCount, media.Pin)
            {
                Srtp = media.Srtp,
                Advertised6 = media.Advertised6,
                ImsAddress = media.ImsAddress,
                ImsAdvertised = media.ImsAdvertised,
                Sessions = new MediaSessionOptions(media.IdleTime, media.ExactSource),
            },
            provider.GetRequiredService<DtlsCertificate>(),
            provider.GetRequiredService<ICodecFactory>(),
            (callId, mediaEvent) => loop.Post(now => control.Value.Receive(now, callId, mediaEvent)),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger<MediaWorkers>());
        provider.GetRequiredService<NodeMetrics>().ObserveMedia(() => workers.Totals);
        return workers;
    }

    private static T Bound<T>(string setting, Func<T> bind)
    {
        try
        {
            return bind();
        }
        catch (SocketException fault)
        {
            throw new NodeOptionsException(setting, $"cannot be used: {fault.SocketErrorCode}.");
        }
    }
}
