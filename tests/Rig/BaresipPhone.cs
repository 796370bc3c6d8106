using System.Globalization;
using Byon.Tests.TestKit;

namespace Byon.Tests.Rig;

/// <summary>
/// A real SIP phone (Debian's baresip) on loopback: it plays a tone of its own into every call, writes what it hears to a
/// file, and is worked through its control connection.
/// </summary>
public sealed class BaresipPhone : IEar, IAsyncDisposable
{
    private const string ToneFile = "tone.wav";

    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder;
    private readonly ChildProcess _process;
    private readonly BaresipControl _control;
    private readonly string _domain;
    private string? _recording;
    private int _recordingAt;
    private int _end;

    private BaresipPhone(TemporaryFolder folder, ChildProcess process, BaresipControl control, string number, string domain, int tone)
    {
        _domain = domain;
        _folder = folder;
        _process = process;
        _control = control;
        Number = number;
        Tone = tone;
    }

    public string Number { get; }

    /// <summary>Frequency of what it plays, Hz.</summary>
    public int Tone { get; }

    public IReadOnlyList<PhoneEvent> Events => _control.Events;

    public string Log =>
        $"events: {string.Join(", ", Events.Select(one => $"{one.Type}({one.Parameter})"))}{Environment.NewLine}{_process.Tail()}";

    /// <param name="codec">PCMA, PCMU, AMR, AMR-WB, G722 or opus: the only codec it offers and takes.</param>
    /// <param name="video">It has a camera, whose picture is made up, and H.264.</param>
    /// <param name="srtp">It wants SRTP with keys in the SDP, and takes nothing else.</param>
    public static async Task<BaresipPhone> StartAsync(
        KamailioServer registrar, KamailioSubscriber subscriber, int tone, string codec = "PCMA", string transport = "udp", bool srtp = false,
        bool video = false)
    {
        var folder = new TemporaryFolder();
        var control = FreePorts.Next();
        var sampleRate = codec switch { "opus" => 48000, "AMR-WB" or "G722" => 16000, _ => 8000 };
        folder.Write("config", Config(folder.Path, FreePorts.Next(2), control, FreePorts.Next(40), sampleRate) + (video ? VideoConfig : ""));
        folder.Write("contacts", "");
        WavFile.Write(folder.Combine(ToneFile), TestKit.Tone.Samples(tone, LongestCall, sampleRate), sampleRate);
        folder.Write(
            "accounts",
            $"<sip:{subscriber.Number}@{registrar.Domain}>;auth_user={subscriber.User};auth_pass={subscriber.Password};" +
            $"outbound=\"sip:127.0.0.1:{registrar.Port};transport={transport}\";regint=600;answermode=manual;" +
            $"audio_codecs={codec}/{sampleRate}/{(codec == "opus" ? 2 : 1)}{(srtp ? ";mediaenc=srtp-mand" : "")}\n");

        var process = ChildProcess.Start("/usr/bin/baresip", ["-4", "-s", "-f", folder.Path], folder.Path);
        var connection = await WaitFor.NotNullAsync(() => BaresipControl.TryConnectAsync(control), otherwise: process.Tail);
        var phone = new BaresipPhone(folder, process, connection, subscriber.Number, registrar.Domain, tone);
        await WaitFor.TrueAsync(
            async () => (await registrar.ContactsAsync(subscriber.Number)).Count > 0, otherwise: () => phone.Log + registrar.Log);
        return phone;
    }

    public Task DialAsync(string number) => _control.SendAsync("dial", number);

    public Task AnswerAsync() => _control.SendAsync("accept", "");

    /// <summary>Ends a call or cancels an outgoing one.</summary>
    public Task HangUpAsync() => _control.SendAsync("hangup", "");

    /// <summary>486, the only refusal baresip 1.0 knows.</summary>
    public Task RejectAsync() => HangUpAsync();

    /// <summary>Passes the other side on (REFER).</summary>
    public Task TransferAsync(string number) => _control.SendAsync("transfer", $"sip:{number}@{_domain}");

    public Task HoldAsync() => _control.SendAsync("hold", "");

    public Task ResumeAsync() => _control.SendAsync("resume", "");

    /// <summary>Presses one key for as long as a finger would: telephone-event (RFC 4733).</summary>
    public async Task PressAsync(char digit)
    {
        await _control.SendAsync("sndcode", digit.ToString());
        await _control.SendAsync("sndcode", "\\u0004");
    }

    public async Task<PhoneEvent> WaitForEventAsync(string type, TimeSpan? limit = null, int seen = 0) =>
        await WaitFor.NotNullAsync(
            () => Events.Skip(seen).FirstOrDefault(one => one.Type == type), limit, () => Log, $"event {type} on phone {Number}");

    /// <summary>
    /// From the newest recording: each call has one of its own, named by its time, and some re-INVITEs begin another. Places count on
    /// from one to the next.
    /// </summary>
    public Task<HeardAudio> HeardAsync(int from)
    {
        var newest = Directory.GetFiles(_folder.Path, "dump-*-dec.wav").Max(StringComparer.Ordinal);
        var (samples, sampleRate) = newest is null ? ([], 8000) : WavFile.Read(newest);
        if (newest != _recording) (_recording, _recordingAt) = (newest, _end);
        _end = _recordingAt + samples.Length;
        var start = Math.Clamp(from - _recordingAt, 0, samples.Length);
        return Task.FromResult(new HeardAudio(samples[start..], sampleRate, _recordingAt + start));
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Small and slow: several of these run beside each other.</summary>
    private const string VideoConfig =
        "\nmodule avcodec.so\nmodule fakevideo.so\nvideo_source fakevideo,nil\nvideo_display fakevideo,nil\n"
        + "video_size 320x240\nvideo_bitrate 256000\nvideo_fps 10\navcodec_h264enc libx264\navcodec_h264dec h264\n";

    private static string Config(string folder, int sipPort, int controlPort, int rtpPort, int sampleRate) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        poll_method epoll
        sip_listen 127.0.0.1:{sipPort}
        net_interface 127.0.0.1
        call_local_timeout 120
        call_max_calls 4
        rtp_ports {rtpPort}-{rtpPort + 39}
        jitter_buffer_type off
        audio_source aufile,{folder}/{ToneFile}
        audio_player aubridge,null
        audio_alert aubridge,null
        ausrc_srate {sampleRate}
        auplay_srate {sampleRate}
        ausrc_channels 1
        auplay_channels 1
        audio_level no
        module_path /usr/lib/baresip/modules
        module g711.so
        module g722.so
        module amr.so
        module opus.so
        module srtp.so
        module aufile.so
        module aubridge.so
        module sndfile.so
        snd_path {folder}
        module_tmp account.so
        statmode_default off
        module_app menu.so
        module_app ctrl_tcp.so
        ctrl_tcp_listen 127.0.0.1:{controlPort}
        """);
}
