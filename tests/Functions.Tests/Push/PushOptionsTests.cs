using System.Security.Cryptography;
using Byon.Functions.Push;

namespace Byon.Tests.Functions.Tests.Push;

public sealed class PushOptionsTests(PushRig rig) : IClassFixture<PushRig>
{
    [Fact]
    public void NothingConfiguredIsNoFault() => Assert.Null(new PushOptions().Fault());

    [Fact]
    public void AllConfiguredIsNoFault() => Assert.Null(PushRig.OptionsFrom(rig.Services.Settings).Fault());

    [Theory]
    [InlineData("Push__WebPush__Subject", "operator")]
    [InlineData("Push__WebPush__PublicKey", "")]
    [InlineData("Push__WebPush__PublicKey", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")]
    [InlineData("Push__WebPush__PrivateKey", "short")]
    [InlineData("Push__Fcm__ServiceAccount", "/no/such/file.json")]
    [InlineData("Push__Fcm__ServiceAccount", "{}")]
    [InlineData("Push__Fcm__ServiceAccount", """{"project_id":"p","client_email":"e","private_key":"k","token_uri":"https://t.example"}""")]
    [InlineData("Push__Apns__Key", "/no/such/key.p8")]
    [InlineData("Push__Apns__KeyId", "")]
    [InlineData("Push__Apns__TeamId", "")]
    [InlineData("Push__Apns__BundleId", "")]
    [InlineData("Push__Apns__Endpoint", "apple")]
    [InlineData("Push__Fcm__Endpoint", "http://fcm.example")]
    [InlineData("Push__Lifetime", "02:00:00")]
    public void AWrongSettingIsNamed(string setting, string value)
    {
        var settings = new Dictionary<string, string>(rig.Services.Settings) { [setting] = value };
        Assert.Contains(setting, PushRig.OptionsFrom(settings).Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void AKeyOfAnotherCurveIsNoKeyForApple()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var settings = new Dictionary<string, string>(rig.Services.Settings) { ["Push__Apns__Key"] = other.ExportPkcs8PrivateKeyPem() };
        Assert.Contains("Push__Apns__Key", PushRig.OptionsFrom(settings).Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void AServiceThatIsNotConfiguredIsNamedByItsSetting()
    {
        var sender = rig.NewSender(change: options => (options.WebPush, options.Fcm, options.Apns) = (new(), new(), new()));
        Assert.Equal("Push__WebPush__PrivateKey", sender.MissingSettingFor(PushTarget.Parse(rig.Services.NewBrowser(), out _)!));
        Assert.Equal("Push__Fcm__ServiceAccount", sender.MissingSettingFor(PushTarget.Parse(rig.Services.NewAndroid(), out _)!));
        Assert.Equal("Push__Apns__Key", sender.MissingSettingFor(PushTarget.Parse(rig.Services.NewIPhone(), out _)!));
        Assert.Null(rig.NewSender().MissingSettingFor(PushTarget.Parse(rig.Services.NewIPhone(), out _)!));
    }
}
