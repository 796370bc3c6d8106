using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Platform.Control;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Registration;

/// <summary>Requests that arrive at the same time, at two instances of the API that place on two nodes.</summary>
public sealed class RegistrationRaceTests(ApiRig rig) : ApiTest(rig)
{
    [Fact]
    public async Task OfRacingRequestsForOneDeviceExactlyOneRegistersIt()
    {
        for (var round = 0; round < 3; round++)
        {
            var number = ApiRig.NewNumber();
            var deviceId = Guid.NewGuid().ToString();
            var answers = await RaceAsync(Enumerable.Repeat((number, deviceId), 12));

            Assert.Single(answers, answer => answer.Status == 201);
            Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.ShouldBe(409, "ALREADY_EXISTS"));
            Assert.Single((await RegistrationsOfAsync(number, deviceId)).Json.AsArray());
        }

        Assert.NotEmpty(Rig.Node.Commands.OfType<RegisterCommand>());
        Assert.NotEmpty(Rig.OtherNode.Commands.OfType<RegisterCommand>());
    }

    [Theory]
    [InlineData("Registration:MaximumPerNumber", "MAX_REGISTRATION_PER_MSISDN")]
    [InlineData("Registration:MaximumPerUser", "MAX_REGISTRATION_PER_USER")]
    [InlineData("Registration:MaximumDevicesPerUser", "MAX_DEVICES_PER_USER")]
    public async Task ALimitHoldsWhenDevicesRaceForTheLastPlaces(string limit, string code)
    {
        var number = ApiRig.NewNumber();
        var answers = await RaceAsync(Enumerable.Range(0, 9).Select(_ => (number, Guid.NewGuid().ToString())), $"--{limit}=4");

        Assert.Equal(4, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.ShouldBe(403, code, "The maximum number of"));
    }

    private async Task<Answer[]> RaceAsync(IEnumerable<(string Number, string DeviceId)> racers, params string[] settings)
    {
        var (one, first) = await Rig.StartApiAsync(settings);
        var (two, second) = await Rig.StartApiAsync(settings);
        await using (one)
        await using (two)
        {
            using var http = new HttpClient();
            return await Task.WhenAll(racers.Select((racer, at) =>
                PostAsync(http, new Uri(at % 2 == 0 ? first : second, RegistrationSessions), racer.Number, racer.DeviceId)));
        }
    }

    private async Task<Answer> PostAsync(HttpClient http, Uri uri, string number, string deviceId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, uri);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Rig.Identity.Mint(new TokenSpec { PhoneNumber = number }));
        request.Content = new StringContent(new JsonObject { ["deviceId"] = deviceId }.ToJsonString(), Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(await http.SendAsync(request));
    }

    private Task<Answer> RegistrationsOfAsync(string number, string deviceId) =>
        Rig.SendAsync(HttpMethod.Get, $"{RegistrationSessions}?deviceId={deviceId}", new TokenSpec { PhoneNumber = number });
}
