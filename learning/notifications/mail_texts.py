# ruff: noqa: E501  (a mail reads best on one line)
"""The words of every mail: kind -> language -> subject, body, words of the link.

Names in braces are filled in by ``messages.compose``. A blank line separates paragraphs.
"""

from __future__ import annotations

from dataclasses import dataclass

TEXTS: dict[str, dict[str, tuple[str, str, str]]] = {
    "assigned": {
        "nb": ("Nytt for deg: {title}", "Hei {name}.\n\n{agency} har gitt deg læringsløpet «{title}».{due}\n\n{courses}\n\nDu kan ta det litt etter litt, ti minutter om gangen.", "Begynn her"),
        "nn": ("Nytt til deg: {title}", "Hei {name}.\n\n{agency} har gitt deg læringsløpet «{title}».{due}\n\n{courses}\n\nDu kan ta det litt etter litt, ti minutt om gongen.", "Start her"),
        "en": ("New for you: {title}", "Hello {name}.\n\n{agency} has assigned you the learning path “{title}”.{due}\n\n{courses}\n\nYou can take it bit by bit, ten minutes at a time.", "Begin here"),
    },
    "due-changed": {
        "nb": ("Ny frist {date}: {title}", "Hei {name}.\n\nFristen for læringsløpet «{title}» er endret. Den er nå {date}.", "Se læringsløpet"),
        "nn": ("Ny frist {date}: {title}", "Hei {name}.\n\nFristen for læringsløpet «{title}» er endra. Han er no {date}.", "Sjå læringsløpet"),
        "en": ("New due date {date}: {title}", "Hello {name}.\n\nThe due date of the learning path “{title}” has changed. It is now due {date}.", "See the learning path"),
    },
    "due-removed": {
        "nb": ("Ingen frist lenger: {title}", "Hei {name}.\n\nLæringsløpet «{title}» har ikke lenger noen frist. Ta det når det passer.", "Se læringsløpet"),
        "nn": ("Ingen frist lenger: {title}", "Hei {name}.\n\nLæringsløpet «{title}» har ikkje lenger nokon frist. Ta det når det passar.", "Sjå læringsløpet"),
        "en": ("No due date any longer: {title}", "Hello {name}.\n\nThe learning path “{title}” no longer has a due date. Take it when it suits you.", "See the learning path"),
    },
    "renew": {
        "nb": ("Tid for å fornye: {title}", "Hei {name}.\n\nDet du lærte i læringsløpet «{title}», skal fornyes.{due}\n\n{courses}\n\nDu tar kursene på nytt, i den utgaven som gjelder nå. Det du fullførte før, står i oversikten din som før.", "Begynn her"),
        "nn": ("Tid for å fornye: {title}", "Hei {name}.\n\nDet du lærte i læringsløpet «{title}», skal fornyast.{due}\n\n{courses}\n\nDu tek kursa på nytt, i den utgåva som gjeld no. Det du fullførte før, står i oversikta di som før.", "Start her"),
        "en": ("Time to renew: {title}", "Hello {name}.\n\nWhat you learnt in the learning path “{title}” is to be renewed.{due}\n\n{courses}\n\nYou take the courses again, as they are now. What you completed before stays in your record.", "Begin here"),
    },
    "recognition-granted": {
        "nb": ("Du trenger ikke ta «{title}»", "Hei {name}.\n\nHR har svart ja: Du trenger ikke ta kurset «{title}». Det teller som gjort der det inngår.", "Se svaret"),
        "nn": ("Du treng ikkje ta «{title}»", "Hei {name}.\n\nHR har svart ja: Du treng ikkje ta kurset «{title}». Det tel som gjort der det inngår.", "Sjå svaret"),
        "en": ("You need not take “{title}”", "Hello {name}.\n\nHR has said yes: you need not take the course “{title}”. It counts as done wherever it is asked for.", "See the answer"),
    },
    "recognition-refused": {
        "nb": ("Svar om «{title}»", "Hei {name}.\n\nHR har svart nei på ønsket om å slippe kurset «{title}». Begrunnelsen finner du ved å logge inn.", "Se svaret"),
        "nn": ("Svar om «{title}»", "Hei {name}.\n\nHR har svart nei på ønsket om å sleppe kurset «{title}». Grunngivinga finn du ved å logge inn.", "Sjå svaret"),
        "en": ("Answer about “{title}”", "Hello {name}.\n\nHR has said no to your not taking the course “{title}”. Sign in to read why.", "See the answer"),
    },
    "due-soon": {
        "nb": ("Frist {date}: {title}", "Hei {name}.\n\nFristen for læringsløpet «{title}» er {date}. Du har litt igjen.", "Fortsett her"),
        "nn": ("Frist {date}: {title}", "Hei {name}.\n\nFristen for læringsløpet «{title}» er {date}. Du har litt att.", "Hald fram her"),
        "en": ("Due {date}: {title}", "Hello {name}.\n\nThe learning path “{title}” is due {date}. You have a little left.", "Continue here"),
    },
    "overdue": {
        "nb": ("Fristen er gått ut: {title}", "Hei {name}.\n\nFristen for læringsløpet «{title}» var {date}. Du kan fortsatt fullføre. Si fra til HR hvis noe står i veien.", "Fortsett her"),
        "nn": ("Fristen er ute: {title}", "Hei {name}.\n\nFristen for læringsløpet «{title}» var {date}. Du kan framleis fullføre. Sei frå til HR om noko står i vegen.", "Hald fram her"),
        "en": ("Overdue: {title}", "Hello {name}.\n\nThe learning path “{title}” was due {date}. You can still complete it. Tell HR if something is in the way.", "Continue here"),
    },
    "reminded": {
        "nb": ("Påminnelse: {title}", "Hei {name}.\n\n{agency} minner deg om læringsløpet «{title}».{due}\n\n{courses}\n\nSi fra til HR hvis noe står i veien.", "Fortsett her"),
        "nn": ("Påminning: {title}", "Hei {name}.\n\n{agency} minner deg om læringsløpet «{title}».{due}\n\n{courses}\n\nSei frå til HR om noko står i vegen.", "Hald fram her"),
        "en": ("Reminder: {title}", "Hello {name}.\n\n{agency} reminds you of the learning path “{title}”.{due}\n\n{courses}\n\nTell HR if something is in the way.", "Continue here"),
    },
    "reminders": {
        "nb": ("Påminnelse om frister", "Hei {name}.\n\nDette er det som venter på deg. Si fra til HR hvis noe står i veien.", "Se alt på startsiden"),
        "nn": ("Påminning om fristar", "Hei {name}.\n\nDette er det som ventar på deg. Sei frå til HR om noko står i vegen.", "Sjå alt på startsida"),
        "en": ("Reminder of due dates", "Hello {name}.\n\nThis is what waits for you. Tell HR if something is in the way.", "See all on the start page"),
    },
    "reminders-people": {
        "nb": ("Frister for medarbeiderne dine", "Hei {name}.\n\nDu er nærmeste leder for medarbeiderne under. De har ikke fullført læringsløpet ennå. Spør hva som står i veien, og hjelp dem å finne tid.", "Til Handlingsrom"),
        "nn": ("Fristar for medarbeidarane dine", "Hei {name}.\n\nDu er næraste leiar for medarbeidarane under. Dei har ikkje fullført læringsløpet enno. Spør kva som står i vegen, og hjelp dei å finne tid.", "Til Handlingsrom"),
        "en": ("Due dates of your people", "Hello {name}.\n\nYou are the line manager of the people below. They have not completed the learning path yet. Ask what is in the way, and help them find time.", "To Handlingsrom"),
    },
    "reminders-both": {
        "nb": ("Påminnelse om frister", "Hei {name}.\n\nHer er fristene dine, og fristene til medarbeidere som du er nærmeste leder for.", "Se alt på startsiden"),
        "nn": ("Påminning om fristar", "Hei {name}.\n\nHer er fristane dine, og fristane til medarbeidarar som du er næraste leiar for.", "Sjå alt på startsida"),
        "en": ("Reminder of due dates", "Hello {name}.\n\nHere are your due dates, and those of the people whose line manager you are.", "See all on the start page"),
    },
    "saved-view": {
        "nb": ("{view} – {agency}", "Hei {name}.\n\nHer er den lagrede visningen «{view}».\n\n{numbers}\n\n{more}", "Åpne visningen"),
        "nn": ("{view} – {agency}", "Hei {name}.\n\nHer er den lagra visinga «{view}».\n\n{numbers}\n\n{more}", "Opne visinga"),
        "en": ("{view} – {agency}", "Hello {name}.\n\nHere is the saved view “{view}”.\n\n{numbers}\n\n{more}", "Open the view"),
    },
    "certificate": {
        "nb": ("Kursbevis: {title}", "Hei {name}.\n\nDu har fullført «{title}». Kursbeviset ligger klart.", "Se kursbeviset"),
        "nn": ("Kursbevis: {title}", "Hei {name}.\n\nDu har fullført «{title}». Kursbeviset ligg klart.", "Sjå kursbeviset"),
        "en": ("Certificate: {title}", "Hello {name}.\n\nYou have completed “{title}”. Your certificate is ready.", "See the certificate"),
    },
    "invitation": {
        "nb": ("Velkommen til Handlingsrom", "Hei {name}.\n\n{by} Handlingsrom har kurs for ledere i offentlig sektor. Velg et passord, så er du i gang.\n\nDu logger inn på {address} med {email}.\n\nLenken kan brukes én gang, og den varer i {days} dager. Etter det kan du be om en ny der du logger inn.", "Velg et passord"),
        "nn": ("Velkomen til Handlingsrom", "Hei {name}.\n\n{by} Handlingsrom har kurs for leiarar i offentleg sektor. Vel eit passord, så er du i gang.\n\nDu loggar inn på {address} med {email}.\n\nLenkja kan brukast éin gong, og ho varer i {days} dagar. Etter det kan du be om ei ny der du loggar inn.", "Vel eit passord"),
        "en": ("Welcome to Handlingsrom", "Hello {name}.\n\n{by} Handlingsrom has courses for managers in the public sector. Choose a password to begin.\n\nYou sign in at {address} with {email}.\n\nThe link can be used once, within {days} days. After that you can ask for a new one where you sign in.", "Choose a password"),
    },
    "new-password": {
        "nb": ("Nytt passord i Handlingsrom", "Hei {name}.\n\nDet er bedt om et nytt passord for {email} i Handlingsrom. Velg det her.\n\nLenken kan brukes én gang, og den varer i {hours} timer. Vil du ikke ha et nytt passord, trenger du ikke gjøre noe: Det gamle gjelder.", "Velg et nytt passord"),
        "nn": ("Nytt passord i Handlingsrom", "Hei {name}.\n\nDet er bede om eit nytt passord for {email} i Handlingsrom. Vel det her.\n\nLenkja kan brukast éin gong, og ho varer i {hours} timar. Vil du ikkje ha eit nytt passord, treng du ikkje gjere noko: Det gamle gjeld.", "Vel eit nytt passord"),
        "en": ("New password in Handlingsrom", "Hello {name}.\n\nSomebody asked for a new password for {email} in Handlingsrom. Choose it here.\n\nThe link can be used once, within {hours} hours. If you want no new password, do nothing: the old one holds.", "Choose a new password"),
    },
    "address-changed": {
        "nb": ("Du har ny e-postadresse i Handlingsrom", "Hei {name}.\n\nE-postadressen din i Handlingsrom er endret fra {before} til {email}. Det er nå den du logger inn med.\n\nHar du ikke bedt om dette, si fra til HR med en gang.", "Til Handlingsrom"),
        "nn": ("Du har ny e-postadresse i Handlingsrom", "Hei {name}.\n\nE-postadressa di i Handlingsrom er endra frå {before} til {email}. Det er no den du loggar inn med.\n\nHar du ikkje bede om dette, sei frå til HR med ein gong.", "Til Handlingsrom"),
        "en": ("You have a new address in Handlingsrom", "Hello {name}.\n\nYour e-mail address in Handlingsrom was changed from {before} to {email}. You now sign in with that one.\n\nIf you did not ask for this, tell HR at once.", "To Handlingsrom"),
    },
    "merged": {
        "nb": ("To kontoer er blitt én i Handlingsrom", "Hei {name}.\n\nDu hadde to kontoer i Handlingsrom, {before} og {email}. De er slått sammen til én. Du logger inn med {email}, og alt du har gjort, ligger der.\n\nEr ikke dette din konto, si fra til HR med en gang.", "Til Handlingsrom"),
        "nn": ("To kontoar er vorte éin i Handlingsrom", "Hei {name}.\n\nDu hadde to kontoar i Handlingsrom, {before} og {email}. Dei er slått saman til éin. Du loggar inn med {email}, og alt du har gjort, ligg der.\n\nEr ikkje dette kontoen din, sei frå til HR med ein gong.", "Til Handlingsrom"),
        "en": ("Two accounts have become one in Handlingsrom", "Hello {name}.\n\nYou had two accounts in Handlingsrom, {before} and {email}. They are now one. You sign in with {email}, and everything you have done is there.\n\nIf this is not your account, tell HR at once.", "To Handlingsrom"),
    },
    "plan": {
        "nb": ("{days} dager etter: {title}", "Hei {name}.\n\nFor {days} dager siden fullførte du «{title}» og la en plan.\n\n{question}", "Skriv mer om hvordan det gikk"),
        "nn": ("{days} dagar etter: {title}", "Hei {name}.\n\nFor {days} dagar sidan fullførte du «{title}» og la ein plan.\n\n{question}", "Skriv meir om korleis det gjekk"),
        "en": ("{days} days on: {title}", "Hello {name}.\n\n{days} days ago you completed “{title}” and made a plan.\n\n{question}", "Write more about how it went"),
    },
    "commitment": {
        "nb": ("Det du lovet deg selv: {title}", "Hei {name}.\n\nFor {days} dager siden, i kurset «{title}», lovet du deg selv noe. Hvordan gikk det? Ett klikk er nok.", "Skriv mer om hvordan det gikk"),
        "nn": ("Det du lova deg sjølv: {title}", "Hei {name}.\n\nFor {days} dagar sidan, i kurset «{title}», lova du deg sjølv noko. Korleis gjekk det? Eitt klikk er nok.", "Skriv meir om korleis det gjekk"),
        "en": ("What you promised yourself: {title}", "Hello {name}.\n\n{days} days ago, in the course “{title}”, you made yourself a promise. How did it go? One click is enough.", "Write more about how it went"),
    },
    "recall": {
        "nb": ("To minutter: hva husker du?", "Hei {name}.\n\nHer er {count} spørsmål fra kurs du har fullført. Å hente fram det du har lært noen ganger, gjør at det sitter.", "Svar her"),
        "nn": ("To minutt: kva hugsar du?", "Hei {name}.\n\nHer er {count} spørsmål frå kurs du har fullført. Å hente fram det du har lært nokre gonger, gjer at det sit.", "Svar her"),
        "en": ("Two minutes: what do you remember?", "Hello {name}.\n\nHere are {count} questions from courses you have completed. Recalling what you learned a few times makes it stay.", "Answer here"),
    },
    "pair-invited": {
        "nb": ("{other} vil lære sammen med deg", "Hei {name}.\n\n{other} tar kurset «{title}» og ber deg være læringspartner. Du leser det {other} velger å dele, og spør hvordan det går. Du kan si ja eller nei.", "Svar her"),
        "nn": ("{other} vil lære saman med deg", "Hei {name}.\n\n{other} tek kurset «{title}» og ber deg vere læringspartnar. Du les det {other} vel å dele, og spør korleis det går. Du kan seie ja eller nei.", "Svar her"),
        "en": ("{other} wants to learn with you", "Hello {name}.\n\n{other} takes the course “{title}” and asks you to be their learning partner. You read what {other} chooses to share, and ask how it goes. You can say yes or no.", "Answer here"),
    },
    "pair-accepted": {
        "nb": ("{other} er læringspartneren din", "Hei {name}.\n\n{other} har sagt ja til å være læringspartner i «{title}». Velg selv hva du vil dele.", "Velg hva du deler"),
        "nn": ("{other} er læringspartnaren din", "Hei {name}.\n\n{other} har sagt ja til å vere læringspartnar i «{title}». Vel sjølv kva du vil dele.", "Vel kva du deler"),
        "en": ("{other} is your learning partner", "Hello {name}.\n\n{other} has said yes to being your learning partner in “{title}”. You choose what to share.", "Choose what you share"),
    },
    "pair-ended": {
        "nb": ("Læringspartner i {title}", "Hei {name}.\n\n{other} er ikke lenger læringspartneren din i «{title}». Du kan spørre en annen kollega.", "Spør en kollega"),
        "nn": ("Læringspartnar i {title}", "Hei {name}.\n\n{other} er ikkje lenger læringspartnaren din i «{title}». Du kan spørje ein annan kollega.", "Spør ein kollega"),
        "en": ("Learning partner in {title}", "Hello {name}.\n\n{other} is no longer your learning partner in “{title}”. You can ask another colleague.", "Ask a colleague"),
    },
    "pair-ask": {
        "nb": ("Spør {other} hvordan det går", "Hei {name}.\n\nDu er læringspartneren til {other} i «{title}». Ta fem minutter og spør: Hva har du gjort siden sist, og hva skjedde?", "Se det som er delt med deg"),
        "nn": ("Spør {other} korleis det går", "Hei {name}.\n\nDu er læringspartnaren til {other} i «{title}». Ta fem minutt og spør: Kva har du gjort sidan sist, og kva skjedde?", "Sjå det som er delt med deg"),
        "en": ("Ask {other} how it goes", "Hello {name}.\n\nYou are the learning partner of {other} in “{title}”. Take five minutes and ask: What have you done since last time, and what happened?", "See what is shared with you"),
    },
    "manager-note": {
        "nb": ("Fra {other}: {title}", "Hei {name}.\n\n{other} tar kurset «{title}» og har sendt deg dette:", "Om kurset"),
        "nn": ("Frå {other}: {title}", "Hei {name}.\n\n{other} tek kurset «{title}» og har sendt deg dette:", "Om kurset"),
        "en": ("From {other}: {title}", "Hello {name}.\n\n{other} takes the course “{title}” and has sent you this:", "About the course"),
    },
    "confirmation-asked": {
        "nb": ("{other} ber deg bekrefte en kompetanse", "Hei {name}.\n\n{other} ber deg si hva du har sett: {competence}. Du velger den beskrivelsen som passer best, og skriver hva du så. Du kan også si nei.", "Svar her"),
        "nn": ("{other} ber deg stadfeste ein kompetanse", "Hei {name}.\n\n{other} ber deg seie kva du har sett: {competence}. Du vel den skildringa som passar best, og skriv kva du såg. Du kan òg seie nei.", "Svar her"),
        "en": ("{other} asks you to confirm a competence", "Hello {name}.\n\n{other} asks you to say what you have seen: {competence}. You choose the description that fits best and write what you saw. You can also say no.", "Answer here"),
    },
    "confirmation-given": {
        "nb": ("{other} har bekreftet {code}", "Hei {name}.\n\n{other} har sagt hva de har sett av {competence}. Bare dere to kan lese det.", "Les det"),
        "nn": ("{other} har stadfesta {code}", "Hei {name}.\n\n{other} har sagt kva dei har sett av {competence}. Berre de to kan lese det.", "Les det"),
        "en": ("{other} has confirmed {code}", "Hello {name}.\n\n{other} has said what they have seen of {competence}. Only you two can read it.", "Read it"),
    },
    "confirmation-declined": {
        "nb": ("{other} svarte ikke om {code}", "Hei {name}.\n\n{other} vil helst ikke bekrefte {competence}. Det kan være fordi de ikke har sett det. Du kan spørre noen andre.", "Spør noen andre"),
        "nn": ("{other} svara ikkje om {code}", "Hei {name}.\n\n{other} vil helst ikkje stadfeste {competence}. Det kan vere fordi dei ikkje har sett det. Du kan spørje nokon andre.", "Spør nokon andre"),
        "en": ("{other} did not answer about {code}", "Hello {name}.\n\n{other} would rather not confirm {competence}. They may not have seen it. You can ask somebody else.", "Ask somebody else"),
    },
    "level-contested": {
        "nb": ("{other} mener at et nivå er feil", "Hei {name}.\n\n{other} mener at nivået sitt i {competence} er feil. Du eller HR svarer.", "Les og svar"),
        "nn": ("{other} meiner at eit nivå er feil", "Hei {name}.\n\n{other} meiner at nivået sitt i {competence} er feil. Du eller HR svarar.", "Les og svar"),
        "en": ("{other} says that a level is wrong", "Hello {name}.\n\n{other} says that their level of {competence} is wrong. You or HR answer.", "Read and answer"),
    },
    "contest-answered": {
        "nb": ("Svar om nivået ditt i {code}", "Hei {name}.\n\n{other} har svart på det du skrev om nivået ditt i {competence}.", "Les svaret"),
        "nn": ("Svar om nivået ditt i {code}", "Hei {name}.\n\n{other} har svara på det du skreiv om nivået ditt i {competence}.", "Les svaret"),
        "en": ("Answer about your level of {code}", "Hello {name}.\n\n{other} has answered what you wrote about your level of {competence}.", "Read the answer"),
    },
    "culture-invited": {
        "nb": ("Hvordan er det å prøve noe nytt her? Svar anonymt", "Hei {name}.\n\n{agency} spør alle om hvordan dere arbeider med nye ideer: {campaign}. Det er 24 korte utsagn og tar omtrent fem minutter.\n\nDu svarer anonymt. Svaret ditt blir lagt til tall for gruppen, og ingen kan se hva du har svart. Ikke videresend lenken: Den er din og virker én gang.\n\nDu kan svare til og med {closes}.", "Svar her"),
        "nn": ("Korleis er det å prøve noko nytt her? Svar anonymt", "Hei {name}.\n\n{agency} spør alle om korleis de arbeider med nye idear: {campaign}. Det er 24 korte påstandar og tek om lag fem minutt.\n\nDu svarer anonymt. Svaret ditt blir lagt til tal for gruppa, og ingen kan sjå kva du har svart. Ikkje send lenkja vidare: Ho er di og verkar éin gong.\n\nDu kan svare til og med {closes}.", "Svar her"),
        "en": ("What is it like to try something new here? Answer anonymously", "Hello {name}.\n\n{agency} asks everybody how you work with new ideas: {campaign}. There are 24 short statements, and it takes about five minutes.\n\nYou answer anonymously. Your answer is added to counts for the group, and nobody can see what you have answered. Do not forward the link: it is yours and works once.\n\nYou can answer until the end of {closes}.", "Answer here"),
    },
    "culture-reminded": {
        "nb": ("Du kan fortsatt svare: {campaign}", "Hei {name}.\n\n{agency} har ikke fått svaret ditt på {campaign}. Det tar omtrent fem minutter, og det er frivillig. Vi vet bare om lenken din er brukt, ikke hva noen har svart.\n\nDu kan svare til og med {closes}.", "Svar her"),
        "nn": ("Du kan framleis svare: {campaign}", "Hei {name}.\n\n{agency} har ikkje fått svaret ditt på {campaign}. Det tek om lag fem minutt, og det er frivillig. Vi veit berre om lenkja di er brukt, ikkje kva nokon har svart.\n\nDu kan svare til og med {closes}.", "Svar her"),
        "en": ("You can still answer: {campaign}", "Hello {name}.\n\n{agency} has not had your answer to {campaign}. It takes about five minutes, and it is voluntary. We only know whether your link has been used, not what anybody has answered.\n\nYou can answer until the end of {closes}.", "Answer here"),
    },
    "goal-due": {
        "nb": ("Målet ditt: {title}", "Hei {name}.\n\nI dag er dagen du satte for målet ditt: {title}. Er du i mål? Si at det er nådd, gi det en ny dag, eller legg det bort.", "Se målet"),
        "nn": ("Målet ditt: {title}", "Hei {name}.\n\nI dag er dagen du sette for målet ditt: {title}. Er du i mål? Sei at det er nådd, gje det ein ny dag, eller legg det bort.", "Sjå målet"),
        "en": ("Your goal: {title}", "Hello {name}.\n\nToday is the day you set for your goal: {title}. Are you there? Say that it is reached, give it a new day, or drop it.", "See the goal"),
    },
    "conversation-planned": {
        "nb": ("Utviklingssamtale {day}", "Hei {name}.\n\n{other} har satt av {day} til en utviklingssamtale med deg. Den det gjelder, deler først hvordan de ser seg selv. Så svarer lederen, og dere ser begge svarene.", "Se samtalen"),
        "nn": ("Utviklingssamtale {day}", "Hei {name}.\n\n{other} har sett av {day} til ein utviklingssamtale med deg. Den det gjeld, deler først korleis dei ser seg sjølve. Så svarer leiaren, og de ser begge svara.", "Sjå samtalen"),
        "en": ("Development conversation {day}", "Hello {name}.\n\n{other} has set aside {day} for a development conversation with you. The person it is about first shares how they see themselves. Then the manager answers, and you both see both.", "See the conversation"),
    },
    "conversation-shared": {
        "nb": ("{other} er klar til samtalen", "Hei {name}.\n\n{other} har delt hvordan de ser seg selv. Nå er det din tur: Svar slik du ser det. Når du har svart, ser dere begge svarene.", "Svar nå"),
        "nn": ("{other} er klar til samtalen", "Hei {name}.\n\n{other} har delt korleis dei ser seg sjølve. No er det din tur: Svar slik du ser det. Når du har svart, ser de begge svara.", "Svar no"),
        "en": ("{other} is ready for the conversation", "Hello {name}.\n\n{other} has shared how they see themselves. Now it is your turn: answer as you see it. When you have, you both see both answers.", "Answer now"),
    },
    "conversation-both": {
        "nb": ("{other} har svart før samtalen", "Hei {name}.\n\n{other} har sagt hvordan de ser deg. Nå kan dere begge se svarene side om side.", "Se svarene"),
        "nn": ("{other} har svart før samtalen", "Hei {name}.\n\n{other} har sagt korleis dei ser deg. No kan de begge sjå svara side om side.", "Sjå svara"),
        "en": ("{other} has answered before the conversation", "Hello {name}.\n\n{other} has said how they see you. Now you can both see the answers side by side.", "See the answers"),
    },
    "programme-joined": {
        "nb": ("Du er med i {programme}", "Hei {name}.\n\n{agency} har gitt deg plass i programmet «{programme}». Det begynner {starts}.\n\nKursene finner du på programmets side. Hver samling får du som en invitasjon til kalenderen.", "Se programmet"),
        "nn": ("Du er med i {programme}", "Hei {name}.\n\n{agency} har gitt deg plass i programmet «{programme}». Det tek til {starts}.\n\nKursa finn du på sida til programmet. Kvar samling får du som ei innbyding til kalenderen.", "Sjå programmet"),
        "en": ("You are in {programme}", "Hello {name}.\n\n{agency} has given you a place in the programme “{programme}”. It begins {starts}.\n\nYou find its courses on the programme's page. Each gathering comes as an invitation to your calendar.", "See the programme"),
    },
    "programme-facilitator": {
        "nb": ("Du er prosessleder for {programme}", "Hei {name}.\n\n{agency} har satt deg opp som prosessleder for programmet «{programme}». Det begynner {starts}.\n\nPå programmets side ser du deltakerne, samlingene og hvor langt hver har kommet. Der noterer du også hvem som møter.", "Se programmet"),
        "nn": ("Du er prosessleiar for {programme}", "Hei {name}.\n\n{agency} har sett deg opp som prosessleiar for programmet «{programme}». Det tek til {starts}.\n\nPå sida til programmet ser du deltakarane, samlingane og kor langt kvar har kome. Der noterer du òg kven som møter.", "Sjå programmet"),
        "en": ("You facilitate {programme}", "Hello {name}.\n\n{agency} has made you a facilitator of the programme “{programme}”. It begins {starts}.\n\nOn the programme's page you see the participants, the gatherings and how far each has come. There you also note who comes.", "See the programme"),
    },
    "programme-cancelled": {
        "nb": ("Avlyst: {programme}", "Hei {name}.\n\nProgrammet «{programme}» er avlyst, og det blir ikke flere samlinger. Det du har fullført, er fortsatt ditt.", "Se programmene dine"),
        "nn": ("Avlyst: {programme}", "Hei {name}.\n\nProgrammet «{programme}» er avlyst, og det blir ikkje fleire samlingar. Det du har fullført, er framleis ditt.", "Sjå programma dine"),
        "en": ("Cancelled: {programme}", "Hello {name}.\n\nThe programme “{programme}” is cancelled, and there will be no more gatherings. What you have completed is still yours.", "See your programmes"),
    },
    "gathering-invited": {
        "nb": ("Invitasjon: {title}, {date}", "Hei {name}.\n\n{agency} inviterer deg til samlingen «{title}» i programmet «{programme}».\n\n{details}\n\nKommer du?", "Se programmet"),
        "nn": ("Innbyding: {title}, {date}", "Hei {name}.\n\n{agency} byd deg inn til samlinga «{title}» i programmet «{programme}».\n\n{details}\n\nKjem du?", "Sjå programmet"),
        "en": ("Invitation: {title}, {date}", "Hello {name}.\n\n{agency} invites you to the gathering “{title}” of the programme “{programme}”.\n\n{details}\n\nAre you coming?", "See the programme"),
    },
    "gathering-changed": {
        "nb": ("Endret: {title}, {date}", "Hei {name}.\n\nSamlingen «{title}» i programmet «{programme}» er endret. Slik er den nå:\n\n{details}\n\nKommer du?", "Se programmet"),
        "nn": ("Endra: {title}, {date}", "Hei {name}.\n\nSamlinga «{title}» i programmet «{programme}» er endra. Slik er ho no:\n\n{details}\n\nKjem du?", "Sjå programmet"),
        "en": ("Changed: {title}, {date}", "Hello {name}.\n\nThe gathering “{title}” of the programme “{programme}” has changed. This is how it is now:\n\n{details}\n\nAre you coming?", "See the programme"),
    },
    "gathering-cancelled": {
        "nb": ("Avlyst: {title}, {date}", "Hei {name}.\n\nSamlingen «{title}» i programmet «{programme}» er avlyst. Den skulle vært {when}.", "Se programmet"),
        "nn": ("Avlyst: {title}, {date}", "Hei {name}.\n\nSamlinga «{title}» i programmet «{programme}» er avlyst. Ho skulle ha vore {when}.", "Sjå programmet"),
        "en": ("Cancelled: {title}, {date}", "Hello {name}.\n\nThe gathering “{title}” of the programme “{programme}” is cancelled. It should have been {when}.", "See the programme"),
    },
    "gathering-left": {
        "nb": ("Ikke lenger for deg: {title}, {date}", "Hei {name}.\n\nDu er ikke lenger med i programmet «{programme}». Samlingen «{title}» {when} kan derfor gå ut av kalenderen din.", "Se programmene dine"),
        "nn": ("Ikkje lenger for deg: {title}, {date}", "Hei {name}.\n\nDu er ikkje lenger med i programmet «{programme}». Samlinga «{title}» {when} kan difor gå ut av kalenderen din.", "Sjå programma dine"),
        "en": ("No longer for you: {title}, {date}", "Hello {name}.\n\nYou are no longer in the programme “{programme}”. The gathering “{title}” {when} can leave your calendar.", "See your programmes"),
    },
    "gathering-reminder": {
        "nb": ("Snart: {title}, {date}", "Hei {name}.\n\nSnart er det samling i programmet «{programme}»: {title}.\n\n{details}\n\nKommer du?", "Se programmet"),
        "nn": ("Snart: {title}, {date}", "Hei {name}.\n\nSnart er det samling i programmet «{programme}»: {title}.\n\n{details}\n\nKjem du?", "Sjå programmet"),
        "en": ("Soon: {title}, {date}", "Hello {name}.\n\nSoon there is a gathering of the programme “{programme}”: {title}.\n\n{details}\n\nAre you coming?", "See the programme"),
    },
    "gathering-replies": {
        "nb": ("Hvem kommer: {title}, {date}", "Hei {name}.\n\nSnart er det samling i programmet «{programme}»: {title}.\n\n{details}\n\n{replies}", "Se samlingen"),
        "nn": ("Kven kjem: {title}, {date}", "Hei {name}.\n\nSnart er det samling i programmet «{programme}»: {title}.\n\n{details}\n\n{replies}", "Sjå samlinga"),
        "en": ("Who is coming: {title}, {date}", "Hello {name}.\n\nSoon there is a gathering of the programme “{programme}”: {title}.\n\n{details}\n\n{replies}", "See the gathering"),
    },
}  # fmt: skip


@dataclass(frozen=True)
class DigestWords:
    """How a reminder lists what is due: headings when both stand in a mail, and what is said of each.

    ``due``, or ``under_way`` or ``not_begun`` to the learner, is said until the day is over, then ``overdue``.
    """

    own: str
    people: str
    of_person: str
    due: str
    under_way: str
    not_begun: str
    overdue: str


DIGEST = {
    "nb": DigestWords("Dine frister", "Medarbeiderne dine", "{name}: {title}", "Frist {date}.", "Frist {date}. Du er i gang.", "Frist {date}. Ikke begynt.", "Fristen var {date}."),
    "nn": DigestWords("Fristane dine", "Medarbeidarane dine", "{name}: {title}", "Frist {date}.", "Frist {date}. Du er i gang.", "Frist {date}. Ikkje starta.", "Fristen var {date}."),
    "en": DigestWords("Your due dates", "Your people", "{name}: {title}", "Due {date}.", "Due {date}. You have begun.", "Due {date}. Not begun.", "It was due {date}."),
}  # fmt: skip


@dataclass(frozen=True)
class ViewWords:
    """What a saved view says: the whole, a month, a row, how many rows more there are, and how to get no more."""

    tally: str
    month: str
    due: str
    no_due_date: str
    nothing: str
    more: str
    stop: str


VIEW = {
    "nb": ViewWords("I alt {total}. Ferdig: {done}. I gang: {under_way}. Ikke begynt: {not_begun}. Over fristen: {overdue}.", "{left} av {all} gjenstår.", "Frist {date}.", "Ingen frist.", "Det er ingenting i visningen nå.", "De første radene står under. {number} til finner du i visningen.", "Jeg vil ikke ha denne visningen på e-post lenger"),
    "nn": ViewWords("I alt {total}. Ferdig: {done}. I gang: {under_way}. Ikkje starta: {not_begun}. Over fristen: {overdue}.", "{left} av {all} står att.", "Frist {date}.", "Ingen frist.", "Det er ingenting i visinga no.", "Dei første radene står under. {number} til finn du i visinga.", "Eg vil ikkje ha denne visinga på e-post lenger"),
    "en": ViewWords("{total} in all. Done: {done}. Under way: {under_way}. Not begun: {not_begun}. Overdue: {overdue}.", "{left} of {all} are left.", "Due {date}.", "No due date.", "Nothing is on the view now.", "The first rows stand below. You find {number} more in the view.", "I no longer want this view by mail"),
}  # fmt: skip
DUE = {"nb": " Fristen er {date}.", "nn": " Fristen er {date}.", "en": " It is due {date}."}
DUE_PAST = {"nb": " Fristen var {date}.", "nn": " Fristen var {date}.", "en": " It was due {date}."}
BY_AGENCY = {"nb": "{agency} har lagt deg til.", "nn": "{agency} har lagt deg til.", "en": "{agency} has added you."}
BY_NOBODY = {"nb": "Du er lagt til.", "nn": "Du er lagd til.", "en": "You have been added."}


@dataclass(frozen=True)
class CourseWords:
    """How the courses of a path are listed: a heading, a line for each, and the minutes in all."""

    heading: str
    choose: str  # the heading when one of them is enough
    choose_some: str
    line: str
    elective: str
    total: str


COURSES = {
    "nb": CourseWords("Kurs:", "Velg ett av kursene:", "Velg {needed} av kursene:", "– {title}, {minutes} min", "– {title}, {minutes} min (valgfritt)", "Til sammen {minutes} minutter."),
    "nn": CourseWords("Kurs:", "Vel eitt av kursa:", "Vel {needed} av kursa:", "– {title}, {minutes} min", "– {title}, {minutes} min (valfritt)", "Til saman {minutes} minutt."),
    "en": CourseWords("Courses:", "Choose one of the courses:", "Choose {needed} of the courses:", "– {title}, {minutes} min", "– {title}, {minutes} min (elective)", "{minutes} minutes in all."),
}  # fmt: skip
WHY = {
    "nb": "Du får denne e-posten fordi du bruker Handlingsrom i arbeidet ditt.",
    "nn": "Du får denne e-posten fordi du bruker Handlingsrom i arbeidet ditt.",
    "en": "You get this mail because you use Handlingsrom at work.",
}
OUTCOMES = {  # the one-click answers to a plan or promise
    "nb": {"done": "Ja, jeg gjorde det", "partly": "Delvis", "not-yet": "Ikke ennå", "dropped": "Det er ikke aktuelt lenger"},
    "nn": {"done": "Ja, eg gjorde det", "partly": "Delvis", "not-yet": "Ikkje enno", "dropped": "Det er ikkje aktuelt lenger"},
    "en": {"done": "Yes, I did it", "partly": "Partly", "not-yet": "Not yet", "dropped": "It is no longer relevant"},
}  # fmt: skip
STOP = {
    "nb": "Jeg vil ikke ha flere spørsmål på e-post",
    "nn": "Eg vil ikkje ha fleire spørsmål på e-post",
    "en": "I want no more questions by mail",
}
COMING = {  # the one-click answers to an invitation
    "nb": {"yes": "Ja, jeg kommer", "no": "Nei, jeg kan ikke komme"},
    "nn": {"yes": "Ja, eg kjem", "no": "Nei, eg kan ikkje kome"},
    "en": {"yes": "Yes, I am coming", "no": "No, I cannot come"},
}
PLACE = {"nb": "Sted: {place}", "nn": "Stad: {place}", "en": "Place: {place}"}
MEETING = {"nb": "Lenke: {link}", "nn": "Lenkje: {link}", "en": "Link: {link}"}
REPLIES = {  # how many have said what, and who
    "nb": {"yes": "Kommer ({count}): {names}", "no": "Kan ikke komme ({count}): {names}", "none": "Har ikke svart ({count}): {names}"},
    "nn": {"yes": "Kjem ({count}): {names}", "no": "Kan ikkje kome ({count}): {names}", "none": "Har ikkje svara ({count}): {names}"},
    "en": {"yes": "Coming ({count}): {names}", "no": "Cannot come ({count}): {names}", "none": "Have not replied ({count}): {names}"},
}  # fmt: skip
